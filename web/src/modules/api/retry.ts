import { useEffect } from 'react';
import type { CombinedError, RequestPolicy } from 'urql';

/** A service that restarts is back within seconds; nobody waits longer than this for the page to notice. */
const LONGEST_PAUSE_MS = 8_000;
/** Pause before a page that could not be read is read again. */
const READING_PAUSE_MS = 2_000;
/** The pages of a class do not all come back in the same moment. */
const SPREAD_MS = 1_000;

/** Milliseconds to wait before the connection is tried again that failed so many times after the first. */
export function pauseBefore(tries: number): number {
  return spread(Math.min(500 * 2 ** tries, LONGEST_PAUSE_MS));
}

/** Reads again, and again, for as long as the service does not answer. */
export function useRetry(
  error: CombinedError | undefined,
  readAgain: (options: { requestPolicy: RequestPolicy }) => void,
): void {
  useEffect(() => {
    if (!error?.networkError) return undefined;
    const timer = setTimeout(() => readAgain({ requestPolicy: 'network-only' }), spread(READING_PAUSE_MS));
    return () => clearTimeout(timer);
  }, [error, readAgain]);
}

function spread(pause: number): number {
  return pause + Math.random() * SPREAD_MS;
}
