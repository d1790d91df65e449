import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { createFolderMeasure, depthProblem, FOLDER_LIMITS } from './folder-limits.ts';
import { readOrdinaryFile } from './ordinary-file.ts';

/** Left behind by tools; not of the lab. */
const ignored = /^(\.git|\.DS_Store|Thumbs\.db|.*~|.*\.sw[op])$/;

/** Whether a file or folder of this name is none of the lab's. */
export function isIgnored(name: string): boolean {
  return ignored.test(name);
}

/** The files of a lab, read once: what is checked, hashed, stored and used is the same. */
export interface LabFolder {
  /** Contents by path from the folder, with forward slashes. */
  files: ReadonlyMap<string, Buffer>;
  /** Paths of those with the run bit. */
  runnable: ReadonlySet<string>;
  /** SHA-256 over paths, run bits and contents, hex. */
  version: string;
  /** Files that cannot be taken, and why. */
  refused: ReadonlyMap<string, string>;
}

/** Reads the lab's folder; what may not be in it is in `refused`. Throws only when the folder itself cannot be read. */
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

/** Where the link leads, if that is a file within the folder. */
async function followLink(root: string, path: string): Promise<{ path: string } | { problem: string }> {
  const target = await realpath(join(root, path)).catch(() => undefined);
  if (target === undefined) return { problem: 'is a link that leads nowhere' };
  if (!target.startsWith(root + sep)) {
    return { problem: "is a link that leads out of the lab's folder: put the file itself here" };
  }
  if ((await stat(target)).isDirectory()) return { problem: 'is a link to a folder: put the files here' };
  return { path: target };
}

/**
 * SHA-256 of a lab's content, hex. Of the modes only the run bit counts, as in git: the others follow
 * the umask of the user who cloned. Stored versions are known by it: it must never change.
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
