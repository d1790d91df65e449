import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import type { Header, Pack } from 'tar-stream';
import { FOLDER_LIMITS } from './folder-limits.ts';

/** What tar adds to contents at most: a header, a long name and padding, for each file and folder. */
const ENTRY_OVERHEAD_BYTES = 4 * 1024;

/** Most bytes of a tar that a lab can be in. */
export const LAB_TAR_LIMIT_BYTES = FOLDER_LIMITS.bytes + 2 * FOLDER_LIMITS.files * ENTRY_OVERHEAD_BYTES;

/** The tar that was compressed by gzip. Throws where it was not, or is larger than any lab's. */
export function unzipped(given: Uint8Array): Promise<Buffer> {
  return promisify(gunzip)(given, { maxOutputLength: LAB_TAR_LIMIT_BYTES });
}

/** What is in a tar, one after another. Throws for what is none, or not whole. */
export async function* entriesOf(tar: Buffer): AsyncGenerator<{ header: Header; content: Buffer }> {
  const archive = extract();
  archive.end(tar);
  for await (const entry of archive) yield { header: entry.header, content: await buffer(entry) };
}

/** The tar that `fill` makes, compressed by gzip. */
export async function zippedTar(fill: (archive: Pack) => void): Promise<Buffer> {
  const archive = pack();
  fill(archive);
  archive.finalize();
  return promisify(gzip)(await buffer(archive));
}
