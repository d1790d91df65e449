import { randomBytes } from 'node:crypto';
import type { ExecResult } from '../../../engine/engine-exec.ts';
import type { Engine } from '../../../engine/engine.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { PartUploads } from './part-uploads.ts';
import { streamUpload } from './stream-upload.ts';
import type { StreamedUpload } from './stream-upload.ts';
import type { FileService, FileStat } from '../file.ts';
import type { Inspection } from './pieces.ts';
import { runScript } from '../run-script.ts';
import { MAKE_FOLDER_SCRIPT, parseStatLine } from '../scripts.ts';
import { createTarReader } from './tar-reader.ts';
import { createTarRules } from './tar-rules.ts';
import {
  FEED_ARCHIVE_SCRIPT,
  FEED_FILE_SCRIPT,
  TAKE_ARCHIVE_SCRIPT,
  TAKE_FILE_SCRIPT,
  UPLOAD_PREFIX,
} from './upload-scripts.ts';

/** The tar option that makes all files belong to the current user. */
const OWN_ALL = '-o';

type WriteOptions = Parameters<FileService['write']>[2];
type UnpackOptions = Parameters<FileService['unpack']>[2];

/** The two scripts for one kind of upload and their common arguments. `movesParts` is as in {@link ReceiverScript}. */
interface Way {
  streamed: string;
  inParts: string;
  movesParts: boolean;
  path: string;
  /** $2; $3 is a unique name. */
  option: string;
}

/**
 * Writes uploads in machines with the rights of the machine's user: streamed to a script there, or in parts if the
 * engine cannot stream input.
 */
export function createUploads({
  engine,
  partUploads,
  limitBytes,
}: {
  engine: Pick<Engine, 'exec' | 'execInput'>;
  partUploads: PartUploads;
  /** Maximum size of one upload, in bytes. */
  limitBytes: number;
}) {
  async function send(
    machineId: string,
    upload: Omit<StreamedUpload, 'limitBytes'>,
    { streamed, inParts, movesParts, path, option }: Way,
  ): Promise<ExecResult> {
    if (upload.size !== undefined && upload.size > limitBytes) {
      throw fault('UPLOAD_TOO_LARGE', { limit: limitBytes });
    }
    const more = [option, `${UPLOAD_PREFIX}${randomBytes(12).toString('hex')}`];
    const call = { script: streamed, path, more, verb: 'write to' };
    const result = await streamUpload(engine, machineId, { ...upload, limitBytes }, call);
    return result ?? partUploads.send(machineId, upload, { script: inParts, path, more, movesParts });
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
      const way = { streamed: FEED_FILE_SCRIPT, inParts: TAKE_FILE_SCRIPT, movesParts: true };
      const option = mode?.toString(8) ?? '';
      const { stdout } = await send(
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
      const way = { streamed: FEED_ARCHIVE_SCRIPT, inParts: TAKE_ARCHIVE_SCRIPT, movesParts: false };
      const option = keepOwners ? '' : OWN_ALL;
      await send(machineId, { ...upload, signal, inspection }, { ...way, path, option });
    },
  };
}

/** Creates an inspection that refuses a harmful archive while it is streamed. */
function createTarInspection(): Inspection {
  const reader = createTarReader({ entry: createTarRules() });
  let first = true;
  return {
    add(chunk: Buffer): void {
      withFault(() => {
        if (first) refuseCompressed(chunk);
        first = false;
        reader.add(chunk);
      });
    },
    end: () => withFault(() => reader.end()),
  };
}

/** Refuses compressed archives, which can expand to any size. */
function refuseCompressed(start: Buffer): void {
  const magics = [
    [0x1f, 0x8b],
    [0x42, 0x5a, 0x68],
    [0xfd, 0x37, 0x7a],
    [0x28, 0xb5, 0x2f, 0xfd],
    [0x50, 0x4b],
  ];
  if (magics.some((magic) => magic.every((byte, at) => start[at] === byte))) {
    throw new Error('it is compressed. Send an uncompressed tar archive');
  }
}

/** @throws ARCHIVE_REFUSED with the error of the archive reader */
function withFault(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (isFault(error)) throw error;
    throw fault('ARCHIVE_REFUSED', { problem: `${(error as Error).message}.` }, error);
  }
}
