import { execFile } from 'node:child_process';
import { access, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../../errors.ts';
import type { DiskSpace } from '../../engine-disk.ts';
import { spaceOf } from './disk-space.ts';
import { OPEN_FILES_SCRIPT } from './open-files-script.ts';
import { parseTotal } from './gauge.ts';
import type { CountLimits, Gauge, Reading } from './gauge.ts';

const DU = ['--summarize', '--total', '--one-file-system'];
const UNITS = { bytes: '--block-size=1', files: '--inodes' };
/** One line for each folder and one for each file that went meanwhile; more is cut off. */
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** The gauge for an engine whose folders this process sees. */
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
      readTotal('sh', ['-c', OPEN_FILES_SCRIPT, 'sh', containerId, folder], limits),
    isOpen: () => open,
    close() {},
  };
}

/** Whether the folder is that of the engine with this id: another engine's may be here by the same name. */
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

function readTotal(
  command: string,
  parameters: string[],
  { timeoutMs, signal }: CountLimits,
): Promise<Reading> {
  const options = { timeout: timeoutMs, signal, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const;
  return new Promise((resolve) => {
    // It also ends with an error if a file went while it counted: the total counts.
    execFile(command, parameters, options, (error, output) => {
      resolve(error?.killed || signal?.aborted ? 'late' : parseTotal(output));
    });
  });
}
