import type { FileEntry, FileKind, FolderListing } from './file.ts';

/** Entries of one listing: more than anybody reads, and as JSON still below 4 MB. */
export const ENTRY_LIMIT = 10_000;
/** Output of the script that lists: names of 255 bytes for as many entries, beside what is said of them. */
export const LIST_OUTPUT_BYTES = 4 * 1024 * 1024;

const kinds: Record<string, FileKind> = { f: 'file', d: 'folder', l: 'link' };

/** Reads what the script for listing prints. It comes from the machine: what does not look right is left out. */
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

/** By the letters' numbers: the same everywhere, whatever language the service runs in. */
function byName({ name: a }: FileEntry, { name: b }: FileEntry): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
