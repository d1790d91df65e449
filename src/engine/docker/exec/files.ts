import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { call, hasStatus, toFault } from '../faults.ts';
import { LABEL } from '../labels.ts';

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

/** Converts labels to the engine's image instructions. */
export function labelInstructions(labels: Record<string, string>): string[] {
  return Object.entries(labels).map(([key, value]) => `LABEL ${quote(key)}=${quote(value)}`);
}

/** Removes an image that this installation saved; refuses others. */
export async function removeImage(docker: Docker, installation: string, name: string): Promise<void> {
  const image = docker.getImage(name);
  try {
    const { Config } = await call(() => image.inspect());
    if (Config.Labels?.[LABEL.installation] !== installation || Config.Labels[LABEL.role] !== 'image') {
      throw fault('ENGINE_REFUSED', { problem: `${name} is not an image that this installation saved` });
    }
    await call(() => image.remove());
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
  }
}

/** Quotes a word of the engine's image instructions, in which a dollar sign would start a variable. */
export function quote(text: string): string {
  return `"${text.replaceAll(/[\\"$]/g, String.raw`\$&`).replaceAll('\n', ' ')}"`;
}
