import { Readable } from 'node:stream';
import { extract, pack as createPack } from 'tar-stream';
import type { BuildFile } from '../engine-images.ts';

/**
 * Packs files into a tar stream. The same files always give the same bytes, so that the engine's build cache
 * works.
 */
export function packFiles(files: readonly BuildFile[]): Readable {
  const pack = createPack();
  for (const { path, content, executable } of files) {
    pack.entry({ name: path, mode: executable ? 0o755 : 0o644, mtime: new Date(0), uid: 0, gid: 0 }, content);
  }
  pack.finalize();
  return Readable.from(pack, { objectMode: false });
}

/**
 * Reads the contents of a tar stream's entries one by one. Read each one completely before the next. Destroys
 * the stream if the reader stops early.
 */
export async function* readEntries(tar: Readable): AsyncGenerator<AsyncIterable<Buffer>> {
  const entries = extract();
  tar.once('error', (error) => entries.destroy(error)).pipe(entries);
  try {
    yield* entries as AsyncIterable<AsyncIterable<Buffer>>;
  } finally {
    tar.destroy();
  }
}
