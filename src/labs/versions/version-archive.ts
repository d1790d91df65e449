import { promisify } from 'node:util';
import { buffer } from 'node:stream/consumers';
import { gunzip, gzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { contentDigest, FOLDER_LIMITS } from '../lab-folder.ts';
import type { LabFolder } from '../lab-folder.ts';

const RUNNABLE = 0o755;
const ORDINARY = 0o644;
/** What tar may need beside contents: a header, a long name and padding for each file. */
const TAR_BYTES_PER_FILE = 8 * 1024;
const UNPACKED_LIMIT_BYTES = FOLDER_LIMITS.bytes + FOLDER_LIMITS.files * TAR_BYTES_PER_FILE;

/** A lab's files as one compressed archive, the same bytes for the same content. */
export async function packFolder({
  files,
  runnable,
}: Pick<LabFolder, 'files' | 'runnable'>): Promise<Buffer> {
  const archive = pack();
  const mtime = new Date(0);
  for (const [name, content] of files) {
    archive.entry({ name, mode: runnable.has(name) ? RUNNABLE : ORDINARY, mtime }, content);
  }
  archive.finalize();
  return promisify(gzip)(await buffer(archive));
}

/** The files that {@link packFolder} packed. Throws for anything else. */
export async function unpackFolder(packed: Uint8Array): Promise<LabFolder> {
  const archive = extract();
  archive.end(await promisify(gunzip)(packed, { maxOutputLength: UNPACKED_LIMIT_BYTES }));
  const files = new Map<string, Buffer>();
  const runnable = new Set<string>();
  for await (const entry of archive) {
    const { name, mode } = entry.header;
    files.set(name, await buffer(entry));
    if (mode === RUNNABLE) runnable.add(name);
  }
  return { files, runnable, version: contentDigest(files, runnable), refused: new Map() };
}
