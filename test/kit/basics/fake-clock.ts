import type { Clock } from '../../../src/core/clock.ts';

/** A stopped clock that the test advances. */
export interface FakeClock extends Clock {
  /** Advances the clock, waking each sleeper on the way. */
  advance(milliseconds: number): Promise<void>;
  /** Advances the clock in one step, as after a suspend: each due sleeper wakes once. */
  jump(milliseconds: number): void;
}

/** Creates a clock that shows `start`. */
export function createFakeClock(start: Date = new Date('2030-01-01T08:00:00Z')): FakeClock {
  let now = start.getTime();
  const sleepers = new Set<{ at: number; wake: () => void }>();

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const leave = () => {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', abort);
      };
      const abort = () => (leave(), reject(signal?.reason));
      const sleeper = { at: now + ms, wake: () => (leave(), resolve()) };
      signal?.addEventListener('abort', abort);
      sleepers.add(sleeper);
    });
  }

  return {
    now: () => new Date(now),
    sleep,
    async advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        // Functions that were just called or woken may be about to sleep.
        await new Promise(setImmediate);
        const due = [...sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        now = due.at;
        due.wake();
      }
      now = end;
    },
    jump(milliseconds) {
      now += milliseconds;
      for (const sleeper of sleepers) if (sleeper.at <= now) sleeper.wake();
    },
  };
}
