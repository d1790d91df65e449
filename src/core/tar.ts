import { Readable } from 'node:stream';
import { extract, pack } from 'tar-stream';
import type { Header, Pack } from 'tar-stream';

/** The header of an entry to pack. The size is set automatically if the body is in memory. */
export type NewTarHeader = Parameters<Pack['entry']>[0];

/** An entry of a tar stream that is read. */
export interface TarEntry {
  header: Header;
  /** Valid until the next entry is read. A body that is not read is skipped. */
  body: AsyncIterable<Buffer>;
}

/** Packs an entry, with no body, one in memory, or one that arrives. Resolves when the reader has taken it. */
export type PackEntry = (
  header: NewTarHeader,
  body?: string | Buffer | AsyncIterable<Buffer>,
) => Promise<void>;

/** Creates a tar stream of the entries that `fill` packs. An error of `fill` fails the stream. */
export function packTar(fill: (add: PackEntry) => Promise<void>): Readable {
  const tar = pack();
  const stream = Readable.from(tar, { objectMode: false });
  const filled = async () => {
    await fill((header, body) => addEntry(tar, header, body));
    tar.finalize();
  };
  filled().catch((error: unknown) => stream.destroy(error as Error));
  return stream;
}

async function addEntry(tar: Pack, header: NewTarHeader, body: Parameters<PackEntry>[1]): Promise<void> {
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) {
    await taken((done) => (body === undefined ? tar.entry(header, done) : tar.entry(header, body, done)));
    return;
  }
  let entry: Entry | undefined;
  const over = taken((done) => (entry = tar.entry(header, done)));
  // The error of the body fails the stream first.
  over.catch(() => undefined);
  for await (const chunk of body) {
    if (entry?.write(chunk)) continue;
    await Promise.race([over, new Promise<void>((resolve) => entry?.once('drain', () => resolve()))]);
  }
  entry?.end(null);
  await over;
}

type Entry = ReturnType<Pack['entry']>;

/** Resolves when the reader has taken the entry that `start` starts. */
function taken(start: (done: (error?: Error | null) => void) => Entry): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = start((error) => (error ? reject(error) : resolve()));
    // If the reader stops early, each entry also emits an error event, which would end the process without a
    // listener.
    entry.on('error', () => undefined);
  });
}

/**
 * Reads the entries of a tar stream one by one. Fails if it is not a tar or is truncated. Destroys the stream if the
 * reader stops early.
 */
export async function* tarEntries(tar: Readable): AsyncGenerator<TarEntry> {
  const entries = extract();
  tar.once('error', (error) => entries.destroy(error)).pipe(entries);
  try {
    for await (const body of entries) {
      yield { header: body.header, body: body as AsyncIterable<Buffer> };
      body.resume();
    }
  } finally {
    tar.destroy();
  }
}
