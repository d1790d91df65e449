import { fault } from '../../core/errors.ts';
import type { FileEntry, FileKind, FileStat, FolderListing } from './file.ts';

/** Maximum number of entries per listing: more than anybody reads, and less than 4 MB as JSON. */
export const ENTRY_LIMIT = 10_000;
/** Output limit of the listing script, in bytes: enough for as many entries with names of 255 bytes. */
export const LIST_OUTPUT_BYTES = 4 * 1024 * 1024;

const kinds: Record<string, FileKind> = { f: 'file', d: 'folder', l: 'link' };

/** Parses the output of the listing script. The output comes from the machine, so invalid entries are skipped. */
export function parseListing(path: string, output: Buffer, { cut }: { cut: boolean }): FolderListing {
  const entries: FileEntry[] = [];
  let truncated = cut;
  let at = 0;
  while (at < output.length) {
    const described = output.indexOf(0, at);
    const end = described < 0 ? -1 : output.indexOf(0, described + 1);
    if (end < 0) break;
    const entry = parseEntry(
      output.toString('utf8', at, described),
      output.toString('utf8', described + 1, end),
    );
    if (entries.length === ENTRY_LIMIT) {
      truncated = true;
      break;
    }
    if (entry) entries.push(entry);
    at = end + 1;
  }
  return { path, entries: entries.toSorted(byName), truncated };
}

function parseEntry(text: string, target: string): FileEntry | undefined {
  const fields = /^(\w) ([0-7]{1,4}) (\d{1,10}) (\d{1,10}) (\d{1,16}) (-?\d{1,12})(?:\.\d*)? ([^]+)$/.exec(
    text,
  );
  if (!fields) return undefined;
  const [, letter = '', mode = '', uid, gid, size, seconds, name = ''] = fields;
  if (name.includes('/') || name === '.' || name === '..') return undefined;
  const kind = kinds[letter] ?? 'other';
  return {
    name,
    kind,
    size: Number(size),
    mode: Number.parseInt(mode, 8),
    uid: Number(uid),
    gid: Number(gid),
    modifiedAt: new Date(Number(seconds) * 1_000),
    target: kind === 'link' ? target : undefined,
  };
}

/** Compares names by code unit, so the order does not depend on the service's locale. */
function byName({ name: a }: FileEntry, { name: b }: FileEntry): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Mode bits of the kernel that give the kind of a file. */
const KIND_BITS = 0xf000;
const FILE = 0x8000;
const FOLDER = 0x4000;
const LINK = 0xa000;

/** Longest line, in bytes: three numbers of at most 20 digits. */
export const STAT_LINE_BYTES = 128;

/** Parses `mode size seconds`, the mode in hexadecimal. Programs of the machine print it, so it is not trusted. */
export function parseStatLine(line: string): FileStat {
  const [, mode, size, seconds] = /^([\da-f]{1,8}) (\d{1,16}) (-?\d{1,12})\n?$/.exec(line) ?? [];
  if (mode === undefined || size === undefined || seconds === undefined) {
    throw fault('COMMAND_FAILED', { exitCode: 0, problem: 'it did not describe the file' });
  }
  const bits = Number.parseInt(mode, 16);
  // oxlint-disable-next-line no-bitwise -- they are bits.
  const [kind, permissions] = [bits & KIND_BITS, bits & 0o7777];
  return {
    kind: kind === FILE ? 'file' : kind === FOLDER ? 'folder' : kind === LINK ? 'link' : 'other',
    size: Number(size),
    mode: permissions,
    modifiedAt: new Date(Number(seconds) * 1_000),
  };
}
