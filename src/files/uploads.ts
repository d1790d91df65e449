import type { Engine } from '../engine/engine.ts';
import { fault, isFault } from '../errors.ts';
import type { FileService, FileStat } from './file.ts';
import { runScript } from './run-script.ts';
import { MAKE_FOLDER_SCRIPT, MAY_PLACE_SCRIPT, PLACE_FILE_SCRIPT, UNPACK_SCRIPT } from './scripts.ts';
import type { Inspection, Spool } from './spool.ts';
import { parseStatLine } from './stat-line.ts';
import { createTarReader } from './tar-reader.ts';
import { createTarRules } from './tar-rules.ts';

/** Longest time to unpack an archive or to move a file to another file system, in milliseconds. */
const PLACE_TIMEOUT_MS = 10 * 60_000;
/** What tar is told where owners are not kept: all becomes its own user's. */
const OWN_ALL = '-o';

type WriteOptions = Parameters<FileService['write']>[2];
type UnpackOptions = Parameters<FileService['unpack']>[2];

export type Uploads = ReturnType<typeof createUploads>;

/** Puts uploads to their places in machines, with the rights of the machine's user. */
export function createUploads({ engine, spool }: { engine: Pick<Engine, 'exec'>; spool: Spool }) {
  async function makeFolder(machineId: string, path: string): Promise<void> {
    await runScript(engine, machineId, { script: MAKE_FOLDER_SCRIPT, path, verb: 'make a folder at' });
  }

  return {
    makeFolder,

    async write(
      machineId: string,
      path: string,
      { mode, parents = false, ...upload }: WriteOptions,
      signal: AbortSignal,
    ): Promise<FileStat> {
      const folder = path.slice(0, path.lastIndexOf('/')) || '/';
      if (parents) await makeFolder(machineId, folder);
      await runScript(engine, machineId, { script: MAY_PLACE_SCRIPT, path, verb: 'write to' });
      return spool.with(machineId, folder, { ...upload, signal }, async (spooled) => {
        const more = [spooled, mode?.toString(8) ?? ''];
        const call = { script: PLACE_FILE_SCRIPT, path, more, verb: 'write to' };
        const { stdout } = await runScript(engine, machineId, call, { timeoutMs: PLACE_TIMEOUT_MS, signal });
        return parseStatLine(stdout.toString());
      });
    },

    async unpack(
      machineId: string,
      path: string,
      { keepOwners = true, parents = false, ...upload }: UnpackOptions,
      signal: AbortSignal,
    ): Promise<void> {
      if (parents) await makeFolder(machineId, path);
      const inspection = createTarInspection();
      await spool.with(machineId, path, { ...upload, signal, inspection }, async (spooled) => {
        const more = [spooled, keepOwners ? '' : OWN_ALL];
        const call = { script: UNPACK_SCRIPT, path, more, verb: 'write to' };
        await runScript(engine, machineId, call, { timeoutMs: PLACE_TIMEOUT_MS, signal });
      });
    },
  };
}

/** Reads an archive as it passes by, and refuses it where it could do harm. */
function createTarInspection(): Inspection {
  const reader = createTarReader({ entry: createTarRules() });
  let first = true;
  return {
    add(chunk: Buffer): void {
      explained(() => {
        if (first) refuseCompressed(chunk);
        first = false;
        reader.add(chunk);
      });
    },
    end: () => explained(() => reader.end()),
  };
}

/** A compressed archive can become any size. */
function refuseCompressed(start: Buffer): void {
  const magics = [
    [0x1f, 0x8b],
    [0x42, 0x5a, 0x68],
    [0xfd, 0x37, 0x7a],
    [0x28, 0xb5, 0x2f, 0xfd],
    [0x50, 0x4b],
  ];
  if (magics.some((magic) => magic.every((byte, at) => start[at] === byte))) {
    throw new Error('it is compressed: send a plain tar archive');
  }
}

/** @throws ARCHIVE_REFUSED for what the reader of archives says is wrong */
function explained(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (isFault(error)) throw error;
    throw fault('ARCHIVE_REFUSED', { problem: `${(error as Error).message}.` }, error);
  }
}
