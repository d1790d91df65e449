import { posix } from 'node:path';
import type { LabFile } from '../../../labs/lab.ts';
import type { MachineUser, PathKind } from './machine-probe.ts';

/** Permission bits of folders that are created for files. */
const FOLDER_MODE = 0o755;

/** A file with its path in the machine, and its owner. */
export interface PlacedFile extends LabFile {
  /** Absolute path, without `~`. */
  to: string;
  user: MachineUser;
}

/** An entry of the archive that the engine unpacks in the machine. */
export interface PlacingEntry {
  /** From the machine's root. */
  path: string;
  mode: number;
  uid: number;
  gid: number;
  /** Path of its content in the lab's folder; undefined for a folder. */
  from: string | undefined;
}

/**
 * Returns the absolute `path` without a trailing slash. If it starts with `~/`, it is in the home of the user, who is
 * only looked up then. @throws what `user` throws
 */
export async function resolvePath(path: string, user: () => Promise<MachineUser>): Promise<string> {
  if (!path.startsWith('~/')) return posix.resolve(path);
  return posix.resolve(posix.join((await user()).home, path.slice(2)));
}

/** Returns the folders above a path, the outermost first, without the root. Pure. */
export function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

/**
 * Returns the entries to unpack, in order: the files, and before them the missing folders, owned by the owner of their
 * first file. Existing folders stay unchanged. Returns a text with the reason if a file cannot be placed. Pure.
 */
export function planPlacing(
  files: readonly PlacedFile[],
  kindOf: (path: string) => PathKind,
): PlacingEntry[] | string {
  const entries = new Map<string, PlacingEntry>();
  for (const { from, to, mode, user } of files) {
    const owned = { uid: user.uid, gid: user.gid };
    for (const path of foldersAbove(to)) {
      if (kindOf(path) === 'other' || entries.get(path)?.from !== undefined) {
        return `the path "${to}" is not possible, because "${path}" is not a folder`;
      }
      if (kindOf(path) === 'nothing' && !entries.has(path)) {
        entries.set(path, { path, mode: FOLDER_MODE, ...owned, from: undefined });
      }
    }
    const made = entries.get(to);
    if (kindOf(to) === 'folder' || (made && made.from === undefined)) {
      return `"${to}" is a folder: end it with "/" to place "${from}" in it`;
    }
    entries.set(to, { path: to, mode, ...owned, from });
  }
  return [...entries.values()];
}
