import { randomBytes } from 'node:crypto';
import type { Engine } from '../engine/engine.ts';
import { fault, isFault } from '../errors.ts';
import type { Delivery } from './delivery.ts';
import type { FileService, FileStat } from './file.ts';
import type { Inspection } from './pieces.ts';
import { runScript } from './run-script.ts';
import { MAKE_FOLDER_SCRIPT, TAKE_FILE_SCRIPT, UNPACK_SCRIPT, UPLOAD_PREFIX } from './scripts.ts';
import { parseStatLine } from './stat-line.ts';
import { createTarReader } from './tar-reader.ts';
import { createTarRules } from './tar-rules.ts';

/** What tar is told where owners are not kept: all becomes its own user's. */
const OWN_ALL = '-o';

type WriteOptions = Parameters<FileService['write']>[2];
type UnpackOptions = Parameters<FileService['unpack']>[2];

export type Uploads = ReturnType<typeof createUploads>;

/** Puts uploads to their places in machines, with the rights of the machine's user. */
export function createUploads({ engine, delivery }: { engine: Pick<Engine, 'exec'>; delivery: Delivery }) {
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
      if (parents) await makeFolder(machineId, path.slice(0, path.lastIndexOf('/')) || '/');
      const more = [mode?.toString(8) ?? '', `${UPLOAD_PREFIX}${randomBytes(12).toString('hex')}`];
      const taker = { script: TAKE_FILE_SCRIPT, path, more, takesOver: true };
      const { stdout } = await delivery.bring(machineId, { ...upload, signal }, taker);
      return parseStatLine(stdout.toString().trimEnd().split('\n').at(-1) ?? '');
    },

    async unpack(
      machineId: string,
      path: string,
      { keepOwners = true, parents = false, ...upload }: UnpackOptions,
      signal: AbortSignal,
    ): Promise<void> {
      if (parents) await makeFolder(machineId, path);
      const inspection = createTarInspection();
      const taker = { script: UNPACK_SCRIPT, path, more: [keepOwners ? '' : OWN_ALL], takesOver: false };
      await delivery.bring(machineId, { ...upload, signal, inspection }, taker);
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
