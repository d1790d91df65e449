import { Readable } from 'node:stream';
import { extract, pack } from 'tar-stream';

/**
 * Folder of an image that holds what was in a volume. It is an archive, in parts since its length is not
 * known before its end, and no files: an engine takes what another engine in a machine keeps, such as the
 * marks of removed files, for its own.
 */
export const PARTS_FOLDER = 'berth-volume';
const PART_BYTES = 8 * 1024 * 1024;

/** Puts a stream into a tar of parts. What breaks the stream breaks the tar. */
export function toParts(source: AsyncIterable<Buffer>): Readable {
  const tar = pack();
  let number = 0;
  const add = (content: Buffer) => {
    // Names in the order of the parts: engines give files out by their names.
    const name = `${PARTS_FOLDER}/${String(number++).padStart(6, '0')}`;
    return new Promise<void>((resolve, reject) => {
      const entry = tar.entry({ name, mode: 0o600 }, content, (error) => (error ? reject(error) : resolve()));
      // Where reading is given up, each part tells of that also as an error that ends a process if nobody hears it.
      entry.on('error', () => undefined);
    });
  };

  async function fill(): Promise<void> {
    let waiting: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of source) {
      waiting.push(chunk);
      bytes += chunk.length;
      if (bytes < PART_BYTES) continue;
      await add(Buffer.concat(waiting));
      [waiting, bytes] = [[], 0];
    }
    await add(Buffer.concat(waiting));
    tar.finalize();
  }

  const parts = Readable.from(tar, { objectMode: false });
  fill().catch((error: unknown) => parts.destroy(error as Error));
  return parts;
}

/** The stream that {@link toParts} took apart. */
export async function* fromParts(tar: Readable): AsyncGenerator<Buffer> {
  const entries = extract();
  tar.once('error', (error) => entries.destroy(error)).pipe(entries);
  try {
    for await (const entry of entries) yield* entry as AsyncIterable<Buffer>;
  } finally {
    tar.destroy();
  }
}
