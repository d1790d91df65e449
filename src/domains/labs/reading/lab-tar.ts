import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { packTar, tarEntries } from '../../../core/tar.ts';
import type { PackEntry, TarEntry } from '../../../core/tar.ts';
import { FOLDER_LIMITS } from './lab-folder.ts';

/** Largest overhead of tar for each file or folder: a header, a long name and padding. */
const ENTRY_OVERHEAD_BYTES = 4 * 1024;

/** Largest tar of a lab, in bytes. */
export const LAB_TAR_LIMIT_BYTES = FOLDER_LIMITS.bytes + 2 * FOLDER_LIMITS.files * ENTRY_OVERHEAD_BYTES;

/** Decompresses a gzipped tar. Throws if it is not gzip, or larger than {@link LAB_TAR_LIMIT_BYTES}. */
export function unzipped(given: Uint8Array): Promise<Buffer> {
  return promisify(gunzip)(given, { maxOutputLength: LAB_TAR_LIMIT_BYTES });
}

/** Iterates over the entries of a tar. Throws if it is not a tar or is truncated. */
export async function* entriesOf(
  tar: Buffer,
): AsyncGenerator<{ header: TarEntry['header']; content: Buffer }> {
  for await (const { header, body } of tarEntries(Readable.from(tar, { objectMode: false }))) {
    yield { header, content: await buffer(body) };
  }
}

/** Creates a gzipped tar with the entries that `fill` adds. */
export async function zippedTar(fill: (add: PackEntry) => Promise<void>): Promise<Buffer> {
  return promisify(gzip)(await buffer(packTar(fill)));
}
