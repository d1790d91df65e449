import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { readEntries } from '../tar.ts';

/**
 * Folder in an image with the content of a volume. It contains an archive instead of files, because an engine
 * would interpret files of an engine in a machine, such as its markers of deleted files. The archive is split
 * into parts because its length is unknown before its end.
 */
export const PARTS_FOLDER = 'berth-volume';
const PART_BYTES = 8 * 1024 * 1024;

/** Splits a stream into parts in a tar stream. An error of the stream fails the tar stream. */
export function toParts(source: AsyncIterable<Buffer>): Readable {
  const tar = pack();
  let number = 0;
  const add = (content: Buffer) => {
    // Names sort in the order of the parts: engines export files by name.
    const name = `${PARTS_FOLDER}/${String(number++).padStart(6, '0')}`;
    return new Promise<void>((resolve, reject) => {
      const entry = tar.entry({ name, mode: 0o600 }, content, (error) => (error ? reject(error) : resolve()));
      // If the reader stops early, each part also emits an error event, which would end the process without a
      // listener.
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

/** Joins the parts of {@link toParts} to the original stream. */
export async function* fromParts(tar: Readable): AsyncGenerator<Buffer> {
  for await (const entry of readEntries(tar)) yield* entry;
}
