import type { Clock } from '../../../core/clock.ts';

/** How long after a start nothing is prewarmed, in milliseconds: until its learner has a prompt. */
const REST_MS = 5_000;

/** Longest rest while starts go on, in milliseconds, and then the time without one: pools are to be filled. */
const LONGEST_REST_MS = 20_000;

export type WarmRest = ReturnType<typeof createWarmRest>;

/** Tells for how long the engine is left to learners who have just started a lab. */
export function createWarmRest({ clock }: { clock: Pick<Clock, 'now'> }) {
  let began = -Infinity;
  let until = -Infinity;

  return {
    /** How long there is rest from now on, in milliseconds; 0 when there is none. */
    left: () => Math.max(0, until - clock.now().getTime()),
    /** Somebody has started a lab. */
    begin(): void {
      const now = clock.now().getTime();
      const longest = began + LONGEST_REST_MS;
      const wasLongest = until === longest;
      if (now >= (wasLongest ? longest + LONGEST_REST_MS : until)) began = now;
      until = Math.min(now + REST_MS, began + LONGEST_REST_MS);
    },
  };
}
