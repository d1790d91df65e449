import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { join, sep } from 'node:path';
import { MIB } from '../../../core/units.ts';

/** Limits of a lab's folder: far more than a lab of text needs, far less than would slow down a start. */
export const FOLDER_LIMITS = {
  files: 1_000,
  /** Levels of nested folders. */
  depth: 8,
  bytesPerFile: MIB,
  bytes: 16 * MIB,
};

/** Counts the files and bytes of a lab's folder, from any source. */
export function createFolderMeasure() {
  let files = 0;
  let bytes = 0;
  return {
    /** Counts one more file. */
    add(length: number): void {
      files += 1;
      bytes += length;
    },
    /** Explains which limit is exceeded, as the end of a sentence. */
    problem(): string | undefined {
      if (files >= FOLDER_LIMITS.files)
        return `has too many files: a lab can have at most ${FOLDER_LIMITS.files - 1}`;
      return bytes > FOLDER_LIMITS.bytes ? `is larger than ${FOLDER_LIMITS.bytes / MIB} MiB` : undefined;
    },
  };
}

/** Explains why a path is nested too deeply, as the end of a sentence. */
export function depthProblem(path: string): string | undefined {
  const depth = path.split('/').length - 1;
  return depth > FOLDER_LIMITS.depth ? `is nested more than ${FOLDER_LIMITS.depth} folders deep` : undefined;
}

/** Explains why a file of this size is rejected, as the end of a sentence. */
export function sizeProblem(bytes: number, limit = FOLDER_LIMITS.bytesPerFile): string | undefined {
  return bytes > limit ? `is larger than ${limit / MIB} MiB` : undefined;
}

/** Files of tools, which are not part of the lab. */
const ignored = /^(\.git|\.DS_Store|Thumbs\.db|.*~|.*\.sw[op])$/;

/** Whether a file or folder of this name is not part of the lab. */
export function isIgnored(name: string): boolean {
  return ignored.test(name);
}

/** The files of a lab. They are read once, so the validated, hashed, stored and used content is the same. */
export interface LabFolder {
  /** Contents by path relative to the folder, with forward slashes. */
  files: ReadonlyMap<string, Buffer>;
  /** Paths of the files with the executable bit. */
  runnable: ReadonlySet<string>;
  /** SHA-256 of paths, executable bits and contents, in hex. */
  version: string;
  /** Rejected files, with the reason as the end of a sentence. */
  refused: ReadonlyMap<string, string>;
}

/** Reads a lab's folder. Forbidden files are listed in `refused`. Throws only if the folder cannot be read. */
export async function readLabFolder(folder: string): Promise<LabFolder> {
  const root = await realpath(folder);
  const files = new Map<string, Buffer>();
  const runnable = new Set<string>();
  const refused = new Map<string, string>();
  const measure = createFolderMeasure();

  function refuse(path: string, problem: string): void {
    refused.set(path, problem);
    measure.add(0);
  }

  async function readFolder(path: string): Promise<void> {
    const entries = await readdir(join(root, path), { withFileTypes: true });
    for (const entry of entries.sort(byName)) {
      if (isIgnored(entry.name)) continue;
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      const tooDeep = entry.isDirectory() ? depthProblem(`${inner}/`) : undefined;
      if (tooDeep !== undefined) refuse(inner, tooDeep);
      else if (entry.isDirectory()) await readFolder(inner);
      else await take(inner, entry);
      if (measure.problem() !== undefined) return;
    }
  }

  async function take(path: string, entry: Dirent): Promise<void> {
    const target = entry.isSymbolicLink() ? await followLink(root, path) : { path: join(root, path) };
    const file =
      'problem' in target ? target : await readOrdinaryFile(target.path, FOLDER_LIMITS.bytesPerFile);
    if ('problem' in file) return refuse(path, file.problem);
    files.set(path, file.content);
    measure.add(file.content.length);
    if (file.runnable) runnable.add(path);
  }

  await readFolder('');
  const tooMuch = measure.problem();
  if (tooMuch !== undefined) refused.set('.', tooMuch);
  return { files, runnable, version: contentDigest(files, runnable), refused };
}

/** Resolves a symbolic link to a file in the folder. */
async function followLink(root: string, path: string): Promise<{ path: string } | { problem: string }> {
  const target = await realpath(join(root, path)).catch(() => undefined);
  if (target === undefined) return { problem: 'is a broken link' };
  if (!target.startsWith(root + sep)) {
    return { problem: "is a link to a path outside the lab's folder: copy the file here instead" };
  }
  if ((await stat(target)).isDirectory())
    return { problem: 'is a link to a folder: copy the files here instead' };
  return { path: target };
}

/**
 * Returns the SHA-256 of a lab's content in hex. Of the file modes only the executable bit counts, as in git: the
 * other bits depend on the umask. Stored versions are keyed by this digest, so it must never change.
 */
export function contentDigest(files: ReadonlyMap<string, Buffer>, runnable: ReadonlySet<string>): string {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].sort()) {
    const content = files.get(path) ?? Buffer.alloc(0);
    hash.update(`${path}\0${runnable.has(path) ? 'x' : '-'}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function byName(one: Dirent, other: Dirent): number {
  return one.name < other.name ? -1 : 1;
}

/** A file that was read, or the reason why it cannot be read, as the end of a sentence. */
export type FileReading = { content: Buffer; runnable: boolean } | { problem: string };

/** Reads a regular file of at most `limit` bytes. Opening does not block, even if the path is a pipe. */
export async function readOrdinaryFile(path: string, limit: number): Promise<FileReading> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: Error) => error);
  if (handle instanceof Error) return { problem: `cannot be read: ${handle.message}` };
  try {
    const status = await handle.stat();
    if (!status.isFile()) return { problem: 'is not a regular file' };
    const tooLarge = sizeProblem(status.size, limit);
    if (tooLarge !== undefined) return { problem: tooLarge };
    const content = await handle.readFile();
    return { content, runnable: (status.mode & 0o111) !== 0 };
  } finally {
    await handle.close();
  }
}
