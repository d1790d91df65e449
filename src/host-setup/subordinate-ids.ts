/**
 * Number of ids that a user namespace of the engine maps to. A nested engine in a container needs more than 165,536
 * (100,000 plus a range of 65,536), so about a million.
 */
export const REMAP_COUNT = 1_048_576;
export const REMAP_MINIMUM = 165_537;
/** Lower ids belong to the system's users and to the ranges that useradd allocates automatically. */
const FIRST_ID = 10_485_760;
const ALIGNMENT = 65_536;

interface Range {
  readonly user: string;
  readonly start: number;
  readonly count: number;
}

/** Parses /etc/subuid or /etc/subgid, and skips invalid lines. */
export function parseSubordinateIds(text: string): Range[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([^:#]+):(\d+):(\d+)$/.exec(line.trim());
    return match ? [{ user: match[1] ?? '', start: Number(match[2]), count: Number(match[3]) }] : [];
  });
}

/**
 * Returns the text of the file with a new range for `user` that overlaps no other range, or the same text if the user's
 * ranges are already large enough. `usedIds` are ids of real users or groups.
 */
export function allocateSubordinateIds(
  text: string,
  { user, usedIds }: { user: string; usedIds: readonly number[] },
): string {
  const ranges = parseSubordinateIds(text);
  const owned = ranges.filter((range) => range.user === user).reduce((sum, range) => sum + range.count, 0);
  if (owned >= REMAP_MINIMUM) return text;
  const taken = [...ranges, ...usedIds.map((id) => ({ user: '', start: id, count: 1 }))].toSorted(
    (a, b) => a.start - b.start,
  );
  let start = FIRST_ID;
  for (const range of taken) {
    const end = range.start + range.count;
    if (range.start < start + REMAP_COUNT && end > start) {
      start = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    }
  }
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${separator}${user}:${start}:${REMAP_COUNT}\n`;
}
