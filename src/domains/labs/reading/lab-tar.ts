import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { posix } from 'node:path';
import { packTar, tarEntries } from '../../../core/tar.ts';
import type { PackEntry, TarEntry } from '../../../core/tar.ts';
import { fault, isFault } from '../../../core/errors.ts';
import {
  FOLDER_LIMITS,
  createFolderMeasure,
  depthProblem,
  sizeProblem,
  contentDigest,
  isIgnored,
} from './lab-folder.ts';
import type { LabFolder } from './lab-folder.ts';
import { LAB_FILE } from './read-lab.ts';

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

/** Longest path, in bytes: more than any path within the depth limit has. */
const LONGEST_PATH_BYTES = 2_048;

/**
 * Reads the files of a lab from a tar, optionally gzipped. Paths may start with the name of the lab's folder.
 * @throws ARCHIVE_REFUSED if it is not such a tar, has paths outside it, links or devices, or exceeds the limits
 */
export async function readLabArchive(given: Buffer): Promise<LabFolder> {
  const files = new Map<string, Buffer>();
  const runnable = new Set<string>();
  const measure = createFolderMeasure();
  const tar = await plainTar(given);
  try {
    for await (const { header, content } of entriesOf(tar)) {
      const path = pathOf(header);
      if (path === undefined) continue;
      const tooLarge = sizeProblem(content.length);
      if (tooLarge !== undefined) throw refused(`"${path}" ${tooLarge}`);
      measure.add(content.length);
      const tooMuch = measure.problem();
      if (tooMuch !== undefined) throw refused(`it ${tooMuch}`);
      files.set(path, content);
      if (((header.mode ?? 0) & 0o111) !== 0) runnable.add(path);
    }
  } catch (error) {
    if (isFault(error)) throw error;
    throw refused('it is not a tar, or it is truncated', error);
  }
  return withoutTopFolder(files, runnable);
}

async function plainTar(given: Buffer): Promise<Buffer> {
  if (given[0] !== 0x1f || given[1] !== 0x8b) return given;
  return unzipped(given).catch((error: Error) => {
    throw refused('it cannot be decompressed, or is too large', error);
  });
}

/** Returns the path of a regular file; undefined for a folder, and for files that are not part of the lab. */
function pathOf({ name, type }: TarEntry['header']): string | undefined {
  const path = posix.normalize(name).replace(/\/$/, '');
  if (path.startsWith('/') || path === '..' || path.startsWith('../') || /\p{Cc}/u.test(path)) {
    throw refused(`"${name.slice(0, 100)}" is outside the archive`);
  }
  if (Buffer.byteLength(path) > LONGEST_PATH_BYTES) {
    throw refused(`"${name.slice(0, 100)}…" is a path longer than ${LONGEST_PATH_BYTES} bytes`);
  }
  if (type === 'directory') return undefined;
  if (type !== 'file' && type !== 'contiguous-file') {
    throw refused(`"${name.slice(0, 100)}" is not a regular file: add the file itself`);
  }
  return path.split('/').some(isIgnored) ? undefined : path;
}

/** Removes the name of the top folder if all paths share it. */
function withoutTopFolder(files: Map<string, Buffer>, runnable: Set<string>): LabFolder {
  const [top = ''] = [...files.keys()].map((path) => `${path.split('/')[0] ?? ''}/`);
  const wrapped = !files.has(LAB_FILE) && [...files.keys()].every((path) => path.startsWith(top));
  const strip = (path: string) => (wrapped ? path.slice(top.length) : path);
  const inside = new Map([...files].map(([path, content]) => [strip(path), content]));
  const runs = new Set([...runnable].map(strip));
  const tooDeep = [...inside.keys()].flatMap((path) => {
    const problem = depthProblem(path);
    return problem === undefined ? [] : [[path, problem] as const];
  });
  return {
    files: inside,
    runnable: runs,
    version: contentDigest(inside, runs),
    refused: new Map(tooDeep),
  };
}

function refused(problem: string, cause?: unknown) {
  return fault('ARCHIVE_REFUSED', { problem }, cause);
}
