import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { extract, pack } from 'tar-stream';
import type { Header, Pack } from 'tar-stream';
import { COPY_FOLDER, NOBODY } from '../../../engine/engine-checkers.ts';
import { fault } from '../../../core/errors.ts';

/** Limits of what one check copies out of a machine: files that a learner writes, not software that they install. */
export const COPY_LIMITS = { bytes: 64 * 1024 * 1024, entries: 10_000 };

type NewHeader = Parameters<Pack['entry']>[0];

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
  const copy = pack();
  const limits = { ...COPY_LIMITS };
  const made = new Set<string>();

  async function fill(): Promise<void> {
    for await (const { path, tar } of paths) {
      addFolders(copy, posix.dirname(path), { made, reader });
      const entries = extract();
      tar.once('error', (error) => entries.destroy(error)).pipe(entries);
      try {
        for await (const entry of entries) {
          countEntry(limits, entry.header);
          const header = copiedHeader(entry.header, posix.dirname(path), { made, reader });
          if (header) await add(copy, header, entry as AsyncIterable<Buffer>);
          else entry.resume();
        }
      } finally {
        tar.destroy();
      }
    }
    copy.finalize();
  }

  const archive = Readable.from(copy, { objectMode: false });
  fill().catch((error: unknown) => archive.destroy(error as Error));
  return archive;
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

function addFolders(copy: Pack, folder: string, { made, reader }: Made): void {
  const names = folder.split('/').filter(Boolean);
  for (let depth = 0; depth <= names.length; depth++) {
    const name = below(`/${names.slice(0, depth).join('/')}`);
    if (made.has(name)) continue;
    made.add(name);
    copy.entry({ name, type: 'directory', mode: 0o755, uid: reader, gid: reader });
  }
}

/**
 * Returns the header of the entry in the copy; undefined to omit it. `base` is the folder to which the engine's names
 * are relative.
 */
function copiedHeader(header: Header, base: string, { made, reader }: Made): NewHeader | undefined {
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

async function add(copy: Pack, header: NewHeader, body: AsyncIterable<Buffer>): Promise<void> {
  const target = copy.entry(header);
  const closed = new Promise<void>((resolve, reject) => {
    target.once('error', reject).once('close', () => resolve());
  });
  for await (const chunk of body) {
    if (target.write(chunk)) continue;
    await Promise.race([closed, new Promise<void>((resolve) => target.once('drain', () => resolve()))]);
  }
  target.end(null);
  await closed;
}
