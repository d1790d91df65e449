import type { Clock } from '../../src/clock.ts';

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms`, waking whoever's sleep is over by then. */
  advance(ms: number): void;
}

/** Starts at a moment of its own, so that nothing in a test depends on today. */
export function createManualClock(start = new Date('2026-03-01T09:00:00Z')): ManualClock {
  let time = start.getTime();
  const sleepers = new Set<{ until: number; wake: () => void }>();

  async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const sleeper = { until: time + ms, wake: () => (leave(), resolve()) };
      const abort = () => (leave(), reject(signal?.reason as Error));
      const leave = () => {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', abort);
      };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', abort);
    });
  }

  return {
    now: () => new Date(time),
    sleep,
    advance(ms) {
      time += ms;
      const due = [...sleepers].filter(({ until }) => until <= time);
      for (const sleeper of due.toSorted((a, b) => a.until - b.until)) sleeper.wake();
    },
  };
}
