/** First delay, in milliseconds. */
const MIN_DELAY_MS = 250;
/** Longest delay, in milliseconds: the client notices within it that the service is available. */
const MAX_DELAY_MS = 10_000;

/**
 * Returns the delay before the next attempt, in milliseconds, after `failed` attempts in a row. The first retry has no
 * delay, because often only the connection broke. Jitter keeps clients from reconnecting at the same moment.
 */
export function reconnectDelay(failed: number, random: () => number): number {
  if (failed === 0) return 0;
  const longest = Math.min(MIN_DELAY_MS * 2 ** (failed - 1), MAX_DELAY_MS);
  return longest * (0.5 + random() / 2);
}

const EXITED = 1000;
const FRAME_TOO_LARGE = 1009;
/** Codes from here on are Berth's own. All of them are final. */
const FIRST_FINAL = 4000;

/** Returns whether a close code means that the client must not reconnect. */
export function isFinal(code: number): boolean {
  return code === EXITED || code === FRAME_TOO_LARGE || code >= FIRST_FINAL;
}
