import { setTimeout as sleep } from 'node:timers/promises';

/** Shortest and longest delay between two polls, in milliseconds. */
const SHORTEST_MS = 10;
const LONGEST_MS = 250;
/** The delay as a fraction of the time waited so far. */
const PART = 1 / 8;

/**
 * Polls until the answer is true, less often the longer it takes: many tests poll at once, and polls can be expensive.
 * Throws after `patienceMs`, so that a test fails instead of hanging.
 */
export async function until(is: () => boolean | Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const start = Date.now();
  while (!(await is())) {
    const waited = Date.now() - start;
    if (waited > patienceMs)
      throw new Error(`The condition was still false after ${patienceMs} ms: ${String(is)}`);
    await sleep(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, waited * PART)));
  }
}
