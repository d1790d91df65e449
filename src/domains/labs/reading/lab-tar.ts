import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import type { Header, Pack } from 'tar-stream';
import { FOLDER_LIMITS } from './folder-limits.ts';

/** Largest overhead of tar for each file or folder: a header, a long name and padding. */
const ENTRY_OVERHEAD_BYTES = 4 * 1024;

/** Largest tar of a lab, in bytes. */
export const LAB_TAR_LIMIT_BYTES = FOLDER_LIMITS.bytes + 2 * FOLDER_LIMITS.files * ENTRY_OVERHEAD_BYTES;

/** Decompresses a gzipped tar. Throws if it is not gzip, or larger than {@link LAB_TAR_LIMIT_BYTES}. */
export function unzipped(given: Uint8Array): Promise<Buffer> {
  return promisify(gunzip)(given, { maxOutputLength: LAB_TAR_LIMIT_BYTES });
}

/** Iterates over the entries of a tar. Throws if it is not a tar or is truncated. */
export async function* entriesOf(tar: Buffer): AsyncGenerator<{ header: Header; content: Buffer }> {
  const archive = extract();
  archive.end(tar);
  for await (const entry of archive) yield { header: entry.header, content: await buffer(entry) };
}

/** Creates a gzipped tar with the entries that `fill` adds. */
export async function zippedTar(fill: (archive: Pack) => void): Promise<Buffer> {
  const archive = pack();
  fill(archive);
  archive.finalize();
  return promisify(gzip)(await buffer(archive));
}
