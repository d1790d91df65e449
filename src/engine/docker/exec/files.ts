import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { call, toFault } from '../faults.ts';

/** Longest transfer, in milliseconds: copying and saving move gigabytes. */
export const TRANSFER_TIMEOUT_MS = 30 * 60_000;

/** Unpacks a tar stream below the folder `path`. */
export async function copyIn(container: Docker.Container, path: string, tar: Readable): Promise<void> {
  // The engine's client would wait forever for the rest of a failed stream.
  const broken = new AbortController();
  tar.once('error', (error) => broken.abort(error));
  tar.once('close', () => {
    if (!tar.readableEnded) broken.abort(fault('TRANSFER_INTERRUPTED'));
  });
  try {
    await call(() => container.putArchive(tar, { path, abortSignal: broken.signal }), {
      timeoutMs: TRANSFER_TIMEOUT_MS,
      missing: () => fault('NOT_FOUND', { thing: 'folder' }),
    });
  } catch (error) {
    if (broken.signal.aborted) throw broken.signal.reason;
    tar.destroy();
    if (/is not a directory|not a directory/i.test(toFault(error).message)) {
      throw fault('NOT_FOUND', { thing: 'folder' }, error);
    }
    throw error;
  }
}

/** Reads the file or folder at `path` as a tar stream. */
export async function copyOut(container: Docker.Container, path: string): Promise<Readable> {
  return (await call(() => container.getArchive({ path }), { missing: noSuchFile })) as Readable;
}

function noSuchFile() {
  return fault('NOT_FOUND', { thing: 'file' });
}
