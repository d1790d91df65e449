import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Engine } from '../engine/engine.ts';
import { fault } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Upload } from './file.ts';
import { runScript } from './run-script.ts';
import { DROP_SCRIPT, SPOOL_PREFIX, SPOOL_SCRIPT } from './scripts.ts';
import { TRANSFER_LIMIT_MS } from './transfers.ts';

/** Bytes ready for the machine while it is busy. */
const AHEAD_BYTES = 256 * 1024;

/** Sees each piece of an upload before the machine does, and may throw. */
export interface Inspection {
  add(chunk: Buffer): void;
  end(): void;
}

export type Spool = ReturnType<typeof createSpool>;

/** Keeps uploads in machines, out of the way, until they are there as a whole. */
export function createSpool({
  engine,
  limitBytes,
  log,
}: {
  engine: Pick<Engine, 'exec'>;
  limitBytes: number;
  log: Log;
}) {
  /** The upload failed whether or not this succeeds: the next into the same folder tries again. */
  async function drop(machineId: string, path: string): Promise<void> {
    try {
      await runScript(engine, machineId, { script: DROP_SCRIPT, path, verb: 'remove' });
    } catch (error) {
      log.warn({ err: error, machineId }, 'What a failed upload left stays in its machine');
    }
  }

  return {
    /**
     * Brings `upload` into `folder` under a name that nobody looks at, hands its path to `place`,
     * and removes it where either fails.
     * @throws UPLOAD_TOO_LARGE, TRANSFER_INTERRUPTED, DISK_FULL, FILE_NOT_FOUND, FILE_IS_NO_FOLDER, FILE_DENIED, and what `place` and `inspection` throw
     */
    async with<T>(
      machineId: string,
      folder: string,
      upload: Upload & { signal: AbortSignal; inspection?: Inspection },
      place: (path: string) => Promise<T>,
    ): Promise<T> {
      const { size, signal } = upload;
      if (size !== undefined && size > limitBytes) throw fault('UPLOAD_TOO_LARGE', { limit: limitBytes });
      const name = `${SPOOL_PREFIX}${randomBytes(12).toString('hex')}`;
      const path = `${folder === '/' ? '' : folder}/${name}`;
      const input = Readable.from(checked(upload, limitBytes), {
        objectMode: false,
        highWaterMark: AHEAD_BYTES,
      });
      // Whoever reads it hears of it; there may be nobody any more.
      input.on('error', () => undefined);
      const call = { script: SPOOL_SCRIPT, path: folder, more: [name], verb: 'write to' };
      try {
        await runScript(engine, machineId, call, {
          inputStream: input,
          signal,
          timeoutMs: TRANSFER_LIMIT_MS,
        });
        return await place(path);
      } catch (error) {
        input.destroy();
        await drop(machineId, path);
        throw error;
      }
    },
  };
}

async function* checked(
  { content, size, inspection }: Upload & { inspection?: Inspection },
  limitBytes: number,
): AsyncGenerator<Buffer, void> {
  let bytes = 0;
  // Left open when it is refused, since it may be the connection by which that is told.
  const chunks: AsyncIterable<Buffer> = content.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw fault('UPLOAD_TOO_LARGE', { limit: limitBytes });
    inspection?.add(chunk);
    yield chunk;
  }
  inspection?.end();
  if (size !== undefined && bytes !== size) throw fault('TRANSFER_INTERRUPTED');
}
