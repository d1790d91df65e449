import { posix } from 'node:path';
import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { TAR_TYPE } from './tar-header.ts';
import type { TarEntry } from './tar-reader.ts';

/**
 * Maximum number of entries per archive: a large project has some ten thousand, and each costs the machine an inode.
 */
const ENTRY_LIMIT = 100_000;
/** Maximum number of links per archive, which are remembered until its end. */
const LINK_LIMIT = 10_000;
/** Maximum number of nested folders: each folder above an entry is compared with the links. */
const DEPTH_LIMIT = 100;
/** Longest name, in bytes: Linux accepts paths of 4,096, and the target folder needs some of them. */
const NAME_LIMIT_BYTES = 2_048;

/**
 * Creates a check for the entries of one archive, in order: all must stay below the target folder.
 * @throws ARCHIVE_REFUSED for the first entry that may not be there
 */
export function createTarRules(
  limits = { entries: ENTRY_LIMIT, links: LINK_LIMIT },
): (entry: TarEntry) => void {
  /** Paths of symbolic links: nothing may be unpacked through them. */
  const links = new Set<string>();
  let entries = 0;

  return (entry) => {
    entries += 1;
    if (entries > limits.entries) throw refused(`it has more than ${limits.entries} entries`);
    const path = entryPath(entry.name);
    if (foldersIn(path, entry) > DEPTH_LIMIT) {
      throw refused(`${shown(entry.name)} is more than ${DEPTH_LIMIT} folders deep`);
    }
    if (entry.sparse) throw refused(`${shown(entry.name)} is stored with holes, which may hide its size`);
    for (let parent = posix.dirname(path); links.size > 0 && parent !== '.'; parent = posix.dirname(parent)) {
      if (links.has(parent)) throw refused(`${shown(entry.name)} would be unpacked through a link`);
    }
    switch (entry.type) {
      case TAR_TYPE.file:
      case TAR_TYPE.contiguous:
      case TAR_TYPE.folder:
        return;
      case TAR_TYPE.symbolicLink:
        requireWithin(entry, posix.join(posix.dirname(path), entry.linkName));
        // ".." after another link leads to the parent of that link's target, not back.
        if (climbsAfterDescending(entry.linkName)) throw outside(entry);
        links.add(path);
        if (links.size > limits.links) throw refused(`it has more than ${limits.links} links`);
        return;
      case TAR_TYPE.hardLink:
        requireWithin(entry, posix.normalize(entry.linkName));
        if (links.has(entryPath(entry.linkName))) throw refused(`${shown(entry.name)} is a link to a link`);
        return;
      default:
        throw refused(`${shown(entry.name)} is neither a file, a folder nor a link`);
    }
  };
}

/** Returns the path of an entry below the folder, without a leading or final slash or dot. */
function entryPath(name: string): string {
  if (name === '' || name.includes('\0')) throw refused('one of its entries has no name');
  if (Buffer.byteLength(name) > NAME_LIMIT_BYTES) {
    throw refused(`the name of one of its entries is longer than ${NAME_LIMIT_BYTES} bytes`);
  }
  if (name.startsWith('/')) throw refused(`${shown(name)} has an absolute path`);
  if (name.split('/').includes('..')) throw refused(`${shown(name)} leads out of the folder`);
  return posix.normalize(name).replace(/\/$/, '');
}

/** Counts the folders of an entry's path, with the entry if it is a folder. */
function foldersIn(path: string, { type }: TarEntry): number {
  const parts = path.split('/').length;
  return type === TAR_TYPE.folder ? parts : parts - 1;
}

function requireWithin(entry: TarEntry, target: string): void {
  const { linkName } = entry;
  if (linkName === '' || linkName.startsWith('/') || target === '..' || target.startsWith('../')) {
    throw outside(entry);
  }
}

function climbsAfterDescending(target: string): boolean {
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  return (
    parts.lastIndexOf('..') > parts.findIndex((part) => part !== '..') && parts.some((part) => part !== '..')
  );
}

function outside({ name }: TarEntry): Fault {
  return refused(`${shown(name)} is a link that leads out of the folder`);
}

function refused(problem: string): Fault {
  return fault('ARCHIVE_REFUSED', { problem: `${problem}.` });
}

/** Formats a name for a message: short, and without characters that could break the message. */
function shown(name: string): string {
  const plain = name.replaceAll(/[\p{C}"]/gu, '?');
  return `"${plain.length > 80 ? `${plain.slice(0, 80)}…` : plain}"`;
}
