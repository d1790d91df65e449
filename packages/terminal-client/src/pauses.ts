const SHORTEST_MS = 250;
/** A service that is back is noticed within this. */
const LONGEST_MS = 10_000;

/**
 * Milliseconds to wait before the next try, after so many that failed in a row: none before the first, which
 * is enough where a connection broke. Spread, so that all who lost the service do not come back in one moment.
 */
export function pauseBefore(failed: number, random: () => number): number {
  if (failed === 0) return 0;
  const longest = Math.min(SHORTEST_MS * 2 ** (failed - 1), LONGEST_MS);
  return longest * (0.5 + random() / 2);
}
