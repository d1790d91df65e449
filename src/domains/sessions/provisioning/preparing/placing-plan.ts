import type { LabFile } from '../../../labs/lab.ts';
import type { MachineUser, PathKind } from './machine-looks.ts';

/** Permission bits of folders that are made for files. */
const FOLDER_MODE = 0o755;

/** A file with its place in the machine, and the number of its owner. */
export interface PlacedFile extends LabFile {
  /** Absolute path, without `~`. */
  to: string;
  user: MachineUser;
}

/** An entry of the archive that lays files down. */
export interface PlacingEntry {
  /** From the machine's root. */
  path: string;
  mode: number;
  uid: number;
  gid: number;
  /** Path from the lab's folder of what is in it; undefined for a folder. */
  from: string | undefined;
}

/** The folders above a path, the outermost first, without the root. Pure. */
export function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

/**
 * What is laid down, in its order: the files, and before them the folders that are not there, each its
 * first file's owner's. Folders that are there stay as they are. A text is why it cannot be. Pure.
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
        return `"${to}" cannot be there, since "${path}" is no folder`;
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
