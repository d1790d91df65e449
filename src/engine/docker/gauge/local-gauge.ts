import { spawn } from 'node:child_process';
import { access, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../../core/errors.ts';
import type { DiskSpace } from '../../engine-disk.ts';
import { spaceOf, parseTotal, OPEN_FILES_SCRIPT } from './gauge.ts';
import type { CountLimits, Gauge, Reading } from './gauge.ts';

const DU = ['--summarize', '--total', '--one-file-system'];
const UNITS = { bytes: '--block-size=1', files: '--inodes' };
/** Characters to keep of the output: the total is in the last line, which is shorter. */
const KEPT_OUTPUT = 1_024;

/** Creates the gauge for an engine whose folders this process can access. */
export function createLocalGauge(folder: string): Gauge {
  let open = true;
  return {
    async space() {
      try {
        return await readSpace(folder);
      } catch (error) {
        open = false;
        throw fault('ENGINE_UNREACHABLE', {}, error);
      }
    },
    async count(what, folders, limits) {
      try {
        await Promise.all(folders.map((path) => access(path)));
      } catch {
        return 'unseen';
      }
      return readTotal('du', [...DU, UNITS[what], '--', ...folders], limits);
    },
    countOpenFiles: (containerId, limits) =>
      readTotal('sh', ['-c', OPEN_FILES_SCRIPT, 'sh', containerId], limits),
    isOpen: () => open,
    close() {},
  };
}

/**
 * Returns whether the folder belongs to the engine with this id: another engine can have the same path here.
 */
export async function isFolderOf(id: string, folder: string): Promise<boolean> {
  try {
    return (await readFile(join(folder, 'engine-id'), 'utf8')).trim() === id;
  } catch {
    // Not on this host, not in this container, or not readable for this user.
    return false;
  }
}

export async function readSpace(folder: string): Promise<DiskSpace> {
  const { blocks, bavail, bsize, files, ffree } = await statfs(folder);
  return spaceOf({ bsize, blocks, bavail, files, ffree });
}

/**
 * Runs a command that prints a total, in its own process group, so that a timeout ends all of its processes.
 */
function readTotal(
  command: string,
  parameters: string[],
  { timeoutMs, signal }: CountLimits,
): Promise<Reading> {
  if (signal?.aborted) return Promise.resolve('late');
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    let isLate = false;
    const end = () => {
      isLate = true;
      killGroup(child.pid);
      // A process that waits for its disk ends when the disk answers.
      settle();
    };
    const timer = setTimeout(end, timeoutMs);
    signal?.addEventListener('abort', end, { once: true });
    function settle(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve(isLate ? 'late' : parseTotal(output));
    }
    child.stdout.on('data', (bytes: Buffer) => (output = (output + bytes.toString()).slice(-KEPT_OUTPUT)));
    child.on('error', settle);
    // It also exits with an error if a file was deleted while it counted: only the total matters.
    child.on('close', settle);
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
