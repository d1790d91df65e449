import type { Dirent } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { fault } from '../../../../core/errors.ts';
import { FOLDER_LIMITS } from '../../reading/folder-limits.ts';
import { readOrdinaryFile } from '../../reading/ordinary-file.ts';
import type { FileReading } from '../../reading/ordinary-file.ts';

/**
 * What is looked at of a folder that is imported: beyond what any repository of scenarios has. A few folders
 * that link to each other have more paths than could ever be walked: what is met is counted, on each of them.
 */
export const TREE_LIMITS = {
  /** Files, folders and links met. */
  entries: 100_000,
  depth: 16,
  /** Paths to one folder, its own and by links. */
  pathsToFolder: 1_000,
};

/** The files of a folder that scenarios are imported from; links within it are followed, others are not. */
export interface SourceTree {
  /** Paths from the folder, with forward slashes. */
  paths: ReadonlySet<string>;
  /** Folders that are there themselves, not by a link: "" is the tree's own. */
  folders: ReadonlySet<string>;
  /** Content of one of `paths`, or why it cannot be taken. */
  read(path: string): Promise<FileReading>;
}

/** @throws INPUT_INVALID when the folder cannot be read, or holds more than `limits` */
export async function readSourceTree(folder: string, limits = TREE_LIMITS): Promise<SourceTree> {
  const root = await realpath(folder).catch((error: NodeJS.ErrnoException) => {
    throw fault('INPUT_INVALID', { problem: `"${folder}" cannot be read (${error.code}).` }, error);
  });
  if (!(await stat(root)).isDirectory()) {
    throw fault('INPUT_INVALID', { problem: `"${folder}" is no folder.` });
  }
  const real = new Map<string, string>();
  const folders = new Set<string>();
  const pathsTo = new Map<string, number>();
  let entries = 0;

  async function walk(path: string, place: string, above: readonly string[]): Promise<void> {
    if (place === join(root, path)) folders.add(path);
    const paths = (pathsTo.get(place) ?? 0) + 1;
    pathsTo.set(place, paths);
    if (paths > limits.pathsToFolder) {
      const inside = relative(root, place).split(sep).join('/');
      throw tooMuch(`leads to its folder "${inside}" on more than ${limits.pathsToFolder} paths, by links`);
    }
    for await (const entry of await opendir(place)) {
      entries += 1;
      if (entries > limits.entries) {
        throw tooMuch(`has more than ${limits.entries} files, folders and links, counting each path to them`);
      }
      if (entry.name === '.git') continue;
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      const target = await follow(join(place, entry.name), entry);
      if (target === undefined) continue;
      if (target.kind === 'file') real.set(inner, target.place);
      // A link to a folder above leads round in circles.
      else if (above.length < limits.depth && !above.includes(target.place)) {
        await walk(inner, target.place, [...above, target.place]);
      }
    }
  }

  function tooMuch(what: string): Error {
    return fault('INPUT_INVALID', { problem: `"${folder}" ${what}: import a part of it.` });
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
