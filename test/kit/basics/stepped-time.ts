import type { Time } from '../../../src/core/budgets.ts';

/** A stopped time source that the test advances. Rounds run when they are due. */
export function steppedTime(): Time & { pass(ms: number): Promise<void>; running: () => number } {
  let now = 0;
  const rounds = new Map<() => void, { ms: number; next: number }>();
  return {
    now: () => now,
    every(ms, round) {
      rounds.set(round, { ms, next: now + ms });
      return () => rounds.delete(round);
    },
    /** Work that the rounds started continues between two milliseconds. */
    async pass(ms) {
      for (const end = now + ms; now < end;) {
        now += 1;
        for (const [round, due] of rounds) {
          if (due.next > now) continue;
          due.next += due.ms;
          round();
          await new Promise(setImmediate);
          await new Promise(setImmediate);
        }
      }
    },
    running: () => rounds.size,
  };
}
