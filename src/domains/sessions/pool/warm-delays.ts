import type { Clock } from '../../../core/clock.ts';
import type { VersionKey } from '../../labs/lab.ts';

/** Delay after the first failure, in milliseconds; each further failure in a row doubles it, up to the longest. */
const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 10 * 60_000;

export type WarmFailures = ReturnType<typeof createWarmFailures>;

/** Delays further attempts to prewarm a lab whose environments fail. */
export function createWarmFailures({ clock }: { clock: Pick<Clock, 'now'> }) {
  /** By slug: no more entries than labs. */
  const failing = new Map<string, { version: string; delayMs: number; until: number }>();

  return {
    mayTry({ slug, version }: VersionKey): boolean {
      const last = failing.get(slug);
      return last?.version !== version || last.until <= clock.now().getTime();
    },
    /** Records a failure; returns the delay until the next attempt, in milliseconds. */
    failed({ slug, version }: VersionKey): number {
      const last = failing.get(slug);
      const delayMs =
        last?.version === version ? Math.min(2 * last.delayMs, LONGEST_DELAY_MS) : FIRST_DELAY_MS;
      failing.set(slug, { version, delayMs, until: clock.now().getTime() + delayMs });
      return delayMs;
    },
    succeeded: ({ slug }: VersionKey) => void failing.delete(slug),
    /** Allows an attempt for every lab. */
    clear: () => failing.clear(),
  };
}

/** How long prewarming pauses after a start, in milliseconds: until the learner has a prompt. */
const PAUSE_MS = 5_000;

/** Longest pause while starts continue, in milliseconds, and then the time without one: pools must fill up. */
const LONGEST_PAUSE_MS = 20_000;

export type StartPause = ReturnType<typeof createStartPause>;

/** Pauses prewarming for a moment after each start, so that the engine serves the learner first. */
export function createStartPause({ clock }: { clock: Pick<Clock, 'now'> }) {
  let started = -Infinity;
  let until = -Infinity;

  return {
    /** Returns the rest of the pause, in milliseconds; 0 without one. */
    left: () => Math.max(0, until - clock.now().getTime()),
    /** Call this when a learner has started a lab. */
    begin(): void {
      const now = clock.now().getTime();
      const longest = started + LONGEST_PAUSE_MS;
      const wasLongest = until === longest;
      if (now >= (wasLongest ? longest + LONGEST_PAUSE_MS : until)) started = now;
      until = Math.min(now + PAUSE_MS, started + LONGEST_PAUSE_MS);
    },
  };
}
