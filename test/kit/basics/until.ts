import { setTimeout as sleep } from 'node:timers/promises';

/** Shortest and longest pause between two questions, in milliseconds. */
const SHORTEST_MS = 10;
const LONGEST_MS = 250;
/** The pause is this part of what has been waited. */
const PART = 1 / 8;

/**
 * Asks again and again until the answer is yes, the less often the longer that takes: many ask at a time,
 * and often what they ask costs more than what they wait for. Throws after `patienceMs`, so that a test
 * fails instead of hanging.
 */
export async function until(is: () => boolean | Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const start = Date.now();
  while (!(await is())) {
    const waited = Date.now() - start;
    if (waited > patienceMs) throw new Error(`It did not come true within ${patienceMs} ms: ${String(is)}`);
    await sleep(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, waited * PART)));
  }
}
