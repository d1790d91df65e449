import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { fault } from '../../errors.ts';
import { FOLDER_LIMITS } from '../lab-folder.ts';
import { readOrdinaryFile } from '../ordinary-file.ts';
import type { FileReading } from '../ordinary-file.ts';

/** What is looked at of a folder that is imported: beyond what any repository of scenarios has. */
const LIMITS = { files: 100_000, depth: 16 };

/** The files of a folder that scenarios are imported from; links within it are followed, others are not. */
export interface SourceTree {
  /** Paths from the folder, with forward slashes. */
  paths: ReadonlySet<string>;
  /** Folders that are there themselves, not by a link: "" is the tree's own. */
  folders: ReadonlySet<string>;
  /** Content of one of `paths`, or why it can not be taken. */
  read(path: string): Promise<FileReading>;
}

/** @throws INPUT_INVALID when the folder can not be read, or has too many files */
export async function readSourceTree(folder: string): Promise<SourceTree> {
  const root = await realpath(folder).catch((error: NodeJS.ErrnoException) => {
    throw fault('INPUT_INVALID', { problem: `"${folder}" can not be read (${error.code}).` }, error);
  });
  if (!(await stat(root)).isDirectory()) {
    throw fault('INPUT_INVALID', { problem: `"${folder}" is no folder.` });
  }
  const real = new Map<string, string>();
  const folders = new Set<string>();

  async function walk(path: string, place: string, above: readonly string[]): Promise<void> {
    if (place === join(root, path)) folders.add(path);
    for (const entry of await readdir(place, { withFileTypes: true })) {
      if (entry.name === '.git') continue;
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      const target = await follow(join(place, entry.name), entry);
      if (target === undefined) continue;
      if (target.kind === 'file') real.set(inner, target.place);
      // A link to a folder above leads round in circles.
      else if (above.length < LIMITS.depth && !above.includes(target.place)) {
        await walk(inner, target.place, [...above, target.place]);
      }
      if (real.size > LIMITS.files) {
        const problem = `"${folder}" holds more than ${LIMITS.files} files: import a part of it.`;
        throw fault('INPUT_INVALID', { problem });
      }
    }
  }

  /** What is there, if that lies in the folder. */
  async function follow(
    place: string,
    entry: Dirent,
  ): Promise<{ kind: 'file' | 'folder'; place: string } | undefined> {
    if (entry.isFile()) return { kind: 'file', place };
    if (entry.isDirectory()) return { kind: 'folder', place };
    if (!entry.isSymbolicLink()) return undefined;
    const target = await realpath(place).catch(() => undefined);
    if (target === undefined || !`${target}${sep}`.startsWith(root + sep)) return undefined;
    if (relative(root, target).split(sep).includes('.git')) return undefined;
    const status = await stat(target);
    return { kind: status.isDirectory() ? 'folder' : 'file', place: target };
  }

  await walk('', root, [root]);
  return {
    paths: new Set(real.keys()),
    folders,
    read: (path) => readOrdinaryFile(real.get(path) ?? '', FOLDER_LIMITS.bytesPerFile),
  };
}

/** The path that `given` means in `folder`; undefined where it leads out of the tree. */
export function pathWithin(folder: string, given: string): string | undefined {
  const path = posix.normalize(posix.join(folder, given));
  return path === '..' || path.startsWith('../') || path.startsWith('/') ? undefined : path;
}
