import { posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Header } from 'tar-stream';
import { fault, isFault } from '../../errors.ts';
import { contentDigest, FOLDER_LIMITS, isIgnored } from '../lab-folder.ts';
import type { LabFolder } from '../lab-folder.ts';
import { LAB_FILE } from '../read-lab.ts';

/** What tar adds to contents at most: a header, a long name and padding, for each file and folder. */
const ENTRY_OVERHEAD_BYTES = 4 * 1024;
const MIB = 1024 * 1024;
/** Longer than any path that a folder of this depth has. */
const LONGEST_PATH_BYTES = 2_048;

/** Most bytes of an archive that a lab can be in. */
export const ARCHIVE_LIMIT_BYTES = FOLDER_LIMITS.bytes + 2 * FOLDER_LIMITS.files * ENTRY_OVERHEAD_BYTES;

/**
 * Reads the files of a lab from a tar, plain or compressed by gzip, of the lab's folder: with or
 * without that folder's name before theirs. @throws ARCHIVE_REFUSED for what is no such tar, has names
 * that climb out of it, or holds links, devices or more than a lab may
 */
export async function readLabArchive(given: Buffer): Promise<LabFolder> {
  const files = new Map<string, Buffer>();
  const runnable = new Set<string>();
  const archive = extract();
  archive.end(await plainTar(given));
  let bytes = 0;
  try {
    for await (const entry of archive) {
      const path = pathOf(entry.header);
      const content = await buffer(entry);
      if (path === undefined) continue;
      bytes += content.length;
      if (files.size >= FOLDER_LIMITS.files - 1) throw refused(`it has ${FOLDER_LIMITS.files} files or more`);
      if (content.length > FOLDER_LIMITS.bytesPerFile) {
        throw refused(`"${path}" is larger than ${FOLDER_LIMITS.bytesPerFile / MIB} MiB`);
      }
      if (bytes > FOLDER_LIMITS.bytes) throw refused(`it holds more than ${FOLDER_LIMITS.bytes / MIB} MiB`);
      files.set(path, content);
      if (((entry.header.mode ?? 0) & 0o111) !== 0) runnable.add(path);
    }
  } catch (error) {
    if (isFault(error)) throw error;
    throw refused('it is no tar, or not whole', error);
  }
  return inItsFolder(files, runnable);
}

async function plainTar(given: Buffer): Promise<Buffer> {
  if (given[0] !== 0x1f || given[1] !== 0x8b) return given;
  return promisify(gunzip)(given, { maxOutputLength: ARCHIVE_LIMIT_BYTES }).catch((error: Error) => {
    throw refused('it can not be uncompressed, or is too large then', error);
  });
}

/** Path of an ordinary file of the lab; undefined for a folder, and for what is none of the lab's. */
function pathOf({ name, type }: Header): string | undefined {
  const path = posix.normalize(name).replace(/\/$/, '');
  if (path.startsWith('/') || path === '..' || path.startsWith('../') || /\p{Cc}/u.test(path)) {
    throw refused(`"${name.slice(0, 100)}" lies outside of it`);
  }
  if (Buffer.byteLength(path) > LONGEST_PATH_BYTES) {
    throw refused(`"${name.slice(0, 100)}…" is a path of more than ${LONGEST_PATH_BYTES} bytes`);
  }
  if (type === 'directory') return undefined;
  if (type !== 'file' && type !== 'contiguous-file') {
    throw refused(`"${name.slice(0, 100)}" is no ordinary file: put the file itself there`);
  }
  return path.split('/').some(isIgnored) ? undefined : path;
}

/** Without the name of the folder, where all files have the same before theirs. */
function inItsFolder(files: Map<string, Buffer>, runnable: Set<string>): LabFolder {
  const [top = ''] = [...files.keys()].map((path) => `${path.split('/')[0] ?? ''}/`);
  const wrapped = !files.has(LAB_FILE) && [...files.keys()].every((path) => path.startsWith(top));
  const strip = (path: string) => (wrapped ? path.slice(top.length) : path);
  const inside = new Map([...files].map(([path, content]) => [strip(path), content]));
  const runs = new Set([...runnable].map(strip));
  const tooDeep = [...inside.keys()].filter((path) => path.split('/').length > FOLDER_LIMITS.depth + 1);
  const problem = `lies more than ${FOLDER_LIMITS.depth} folders deep`;
  return {
    files: inside,
    runnable: runs,
    version: contentDigest(inside, runs),
    refused: new Map(tooDeep.map((path) => [path, problem])),
  };
}

function refused(problem: string, cause?: unknown) {
  return fault('ARCHIVE_REFUSED', { problem }, cause);
}
