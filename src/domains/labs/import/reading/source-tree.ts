import type { Dirent } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { fault } from '../../../../core/errors.ts';
import { FOLDER_LIMITS, readOrdinaryFile } from '../../reading/lab-folder.ts';
import type { FileReading } from '../../reading/lab-folder.ts';

/**
 * Limits of an imported folder: more than real repositories have. A few folders that link to each other have more
 * paths than can be walked, so every visited entry counts on each path.
 */
export const TREE_LIMITS = {
  /** Visited files, folders and links. */
  entries: 100_000,
  depth: 16,
  /** Paths to one folder, including those through links. */
  pathsToFolder: 1_000,
};

/** The files of an imported folder. Links inside it are followed; links out of it are ignored. */
export interface SourceTree {
  /** Paths relative to the folder, with forward slashes. */
  paths: ReadonlySet<string>;
  /** Real folders, not links; "" is the root. */
  folders: ReadonlySet<string>;
  /** Reads one of `paths`. */
  read(path: string): Promise<FileReading>;
}

/** Lists the files of a folder. @throws INPUT_INVALID if it cannot be read or exceeds `limits` */
export async function readSourceTree(folder: string, limits = TREE_LIMITS): Promise<SourceTree> {
  const root = await realpath(folder).catch((error: NodeJS.ErrnoException) => {
    throw fault('INPUT_INVALID', { problem: `Could not read "${folder}" (${error.code}).` }, error);
  });
  if (!(await stat(root)).isDirectory()) {
    throw fault('INPUT_INVALID', { problem: `"${folder}" is not a folder.` });
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
      throw tooMuch(
        `has links that create more than ${limits.pathsToFolder} paths to its folder "${inside}"`,
      );
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
      // A link to a parent folder would loop.
      else if (above.length < limits.depth && !above.includes(target.place)) {
        await walk(inner, target.place, [...above, target.place]);
      }
    }
  }

  function tooMuch(what: string): Error {
    return fault('INPUT_INVALID', { problem: `"${folder}" ${what}. Import a part of it.` });
  }

  /** Resolves an entry; undefined if it is outside the folder. */
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

/** Resolves `given` relative to `folder`; undefined if the result is outside the tree. */
export function pathWithin(folder: string, given: string): string | undefined {
  const path = posix.normalize(posix.join(folder, given));
  return path === '..' || path.startsWith('../') || path.startsWith('/') ? undefined : path;
}
