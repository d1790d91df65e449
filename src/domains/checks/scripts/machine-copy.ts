import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { COPY_FOLDER, NOBODY } from '../../../engine/engine-checkers.ts';
import { fault } from '../../../core/errors.ts';
import { packTar, tarEntries } from '../../../core/tar.ts';
import type { NewTarHeader, PackEntry, TarEntry } from '../../../core/tar.ts';

/** Limits of what one check copies out of a machine: files that a learner writes, not software that they install. */
export const COPY_LIMITS = { bytes: 64 * 1024 * 1024, entries: 10_000 };

type Header = TarEntry['header'];

/** One path of a machine as an archive. */
export interface CopiedPath {
  /** Absolute. */
  path: string;
  tar: Readable;
}

/**
 * Creates one archive of these paths of a machine, below {@link COPY_FOLDER}, for an unprivileged reader who owns and
 * can read everything in it. Other permission bits stay. Links point to the same place within the copy, and never out
 * of it: a learner's link must not expose the check's own files. Special files are omitted. The archive fails with
 * CHECK_COPY_LIMIT if it becomes too large.
 */
export function copyOfMachine(paths: AsyncIterable<CopiedPath>, reader: number = NOBODY): Readable {
  const limits = { ...COPY_LIMITS };
  const made = new Set<string>();
  return packTar(async (add) => {
    for await (const { path, tar } of paths) {
      const base = posix.dirname(path);
      await addFolders(add, base, { made, reader });
      for await (const { header, body } of tarEntries(tar)) {
        countEntry(limits, header);
        const copied = copiedHeader(header, base, { made, reader });
        if (copied) await add(copied, copied.type === 'file' ? body : undefined);
      }
    }
  });
}

/** Checks the limits before the entry is read: a sparse file can claim terabytes. */
function countEntry(left: { bytes: number; entries: number }, { size }: Header): void {
  left.entries -= 1;
  left.bytes -= size;
  if (left.entries < 0 || left.bytes < 0) throw fault('CHECK_COPY_LIMIT', { ...COPY_LIMITS });
}

/** The names in the copy so far, and the owner of all entries. */
interface Made {
  made: Set<string>;
  reader: number;
}

async function addFolders(add: PackEntry, folder: string, { made, reader }: Made): Promise<void> {
  const names = folder.split('/').filter(Boolean);
  for (let depth = 0; depth <= names.length; depth++) {
    const name = below(`/${names.slice(0, depth).join('/')}`);
    if (made.has(name)) continue;
    made.add(name);
    await add({ name, type: 'directory', mode: 0o755, uid: reader, gid: reader });
  }
}

/**
 * Returns the header of the entry in the copy; undefined to omit it. `base` is the folder to which the engine's names
 * are relative.
 */
function copiedHeader(header: Header, base: string, { made, reader }: Made): NewTarHeader | undefined {
  const path = posix.join('/', base, posix.join('/', header.name));
  const { type, mtime, size } = header;
  const name = below(path);
  const bits = header.mode & 0o777;
  const common = { name, uid: reader, gid: reader, mtime };
  switch (type) {
    case 'file':
    case 'contiguous-file':
      made.add(name);
      return { ...common, type: 'file', mode: bits | 0o400, size };
    case 'directory':
      made.add(name);
      return { ...common, type, mode: bits | 0o500 };
    case 'symlink': {
      const target = posix.resolve(posix.dirname(path), header.linkname);
      return { ...common, type, mode: 0o777, linkname: posix.join(COPY_FOLDER, target) };
    }
    case 'link': {
      const linkname = below(posix.join('/', base, posix.join('/', header.linkname)));
      return made.has(linkname) ? { ...common, type, mode: bits | 0o400, linkname } : undefined;
    }
    case 'fifo':
    case 'block-device':
    case 'character-device':
      break;
  }
  return undefined;
}

/** Returns the archive name of an absolute path. */
function below(path: string): string {
  return posix.join('.', path).replace(/\/$/, '');
}
