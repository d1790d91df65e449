import { randomBytes } from 'node:crypto';
import type { ExecResult } from '../../../engine/engine-exec.ts';
import type { Engine } from '../../../engine/engine.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Delivery } from './delivery.ts';
import { feedUpload } from './feeding.ts';
import type { FedUpload } from './feeding.ts';
import type { FileService, FileStat } from '../file.ts';
import type { Inspection } from './pieces.ts';
import { runScript } from '../run-script.ts';
import { MAKE_FOLDER_SCRIPT } from '../scripts.ts';
import { parseStatLine } from '../stat-line.ts';
import { createTarReader } from './tar-reader.ts';
import { createTarRules } from './tar-rules.ts';
import {
  FEED_ARCHIVE_SCRIPT,
  FEED_FILE_SCRIPT,
  TAKE_ARCHIVE_SCRIPT,
  TAKE_FILE_SCRIPT,
  UPLOAD_PREFIX,
} from './upload-scripts.ts';

/** What tar is told where owners are not kept: all becomes its own user's. */
const OWN_ALL = '-o';

type WriteOptions = Parameters<FileService['write']>[2];
type UnpackOptions = Parameters<FileService['unpack']>[2];

export type Uploads = ReturnType<typeof createUploads>;

/** The two scripts for one kind of upload, what they are given alike, and as {@link Taker} what the second does. */
interface Way {
  fed: string;
  taking: string;
  takesOver: boolean;
  path: string;
  /** $2; their $3 is a name that nothing else has. */
  option: string;
}

/**
 * Puts uploads to their places in machines, with the rights of the machine's user: fed to a script there,
 * or part by part where the engine cannot do that.
 */
export function createUploads({
  engine,
  delivery,
  limitBytes,
}: {
  engine: Pick<Engine, 'exec' | 'execInput'>;
  delivery: Delivery;
  /** Most bytes of one upload. */
  limitBytes: number;
}) {
  async function bring(
    machineId: string,
    upload: Omit<FedUpload, 'limitBytes'>,
    { fed, taking, takesOver, path, option }: Way,
  ): Promise<ExecResult> {
    if (upload.size !== undefined && upload.size > limitBytes) {
      throw fault('UPLOAD_TOO_LARGE', { limit: limitBytes });
    }
    const more = [option, `${UPLOAD_PREFIX}${randomBytes(12).toString('hex')}`];
    const call = { script: fed, path, more, verb: 'write to' };
    const result = await feedUpload(engine, machineId, { ...upload, limitBytes }, call);
    return result ?? delivery.bring(machineId, upload, { script: taking, path, more, takesOver });
  }

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
      const way = { fed: FEED_FILE_SCRIPT, taking: TAKE_FILE_SCRIPT, takesOver: true };
      const option = mode?.toString(8) ?? '';
      const { stdout } = await bring(
        machineId,
        { ...upload, signal, inspection: undefined },
        { ...way, path, option },
      );
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
      const way = { fed: FEED_ARCHIVE_SCRIPT, taking: TAKE_ARCHIVE_SCRIPT, takesOver: false };
      const option = keepOwners ? '' : OWN_ALL;
      await bring(machineId, { ...upload, signal, inspection }, { ...way, path, option });
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
