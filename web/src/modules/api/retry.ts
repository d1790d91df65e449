import { useEffect } from 'react';
import type { CombinedError, RequestPolicy } from 'urql';

/** Longest delay between connection attempts: a service restarts within seconds, and the page must notice soon. */
const MAX_DELAY_MS = 8_000;
/** Delay before a failed query is sent again. */
const QUERY_DELAY_MS = 2_000;
/** Random addition to each delay, so that the pages of a whole class do not reconnect at the same moment. */
const JITTER_MS = 1_000;

/** Returns the delay before the next connection attempt, in milliseconds, after `retries` failed retries. */
export function retryDelay(retries: number): number {
  return withJitter(Math.min(500 * 2 ** retries, MAX_DELAY_MS));
}

/** Repeats a query until the service answers. */
export function useRetry(
  error: CombinedError | undefined,
  refetch: (options: { requestPolicy: RequestPolicy }) => void,
): void {
  useEffect(() => {
    if (!error?.networkError) return undefined;
    const timer = setTimeout(() => refetch({ requestPolicy: 'network-only' }), withJitter(QUERY_DELAY_MS));
    return () => clearTimeout(timer);
  }, [error, refetch]);
}

function withJitter(delay: number): number {
  return delay + Math.random() * JITTER_MS;
}
