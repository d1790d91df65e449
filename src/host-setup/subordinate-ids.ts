/**
 * The ids that a user namespace of the engine maps to. A learner's own engine inside a container
 * needs a map larger than 165,536 (100,000 plus a range of 65,536), so a million and a bit.
 */
export const REMAP_COUNT = 1_048_576;
export const REMAP_MINIMUM = 165_537;
/** Below this lie the users of the system and the ranges that useradd hands out by itself. */
const FIRST_ID = 10_485_760;
const ALIGNMENT = 65_536;

interface Range {
  readonly user: string;
  readonly start: number;
  readonly count: number;
}

/** Reads /etc/subuid or /etc/subgid; lines that are none are left out. */
export function parseSubordinateIds(text: string): Range[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([^:#]+):(\d+):(\d+)$/.exec(line.trim());
    return match ? [{ user: match[1] ?? '', start: Number(match[2]), count: Number(match[3]) }] : [];
  });
}

/**
 * The text of the file with a range for `user` that collides with nobody's, or the same text when
 * the user's ranges are large enough already. `usedIds` are ids of real users or groups.
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
