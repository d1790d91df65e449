import type { Timers } from 'berth-terminal-client/timers';

/** Timers that run faster by this factor. */
export function fasterTimers(factor: number): Timers {
  return {
    now: () => Date.now() * factor,
    after(ms, work) {
      const timer = setTimeout(work, ms / factor);
      return () => clearTimeout(timer);
    },
  };
}
