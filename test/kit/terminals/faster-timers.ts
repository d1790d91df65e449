import type { Timers } from 'berth-terminal-client/timers';

/** Time that runs so many times faster. */
export function fasterTimers(factor: number): Timers {
  return {
    now: () => Date.now() * factor,
    after(ms, work) {
      const timer = setTimeout(work, ms / factor);
      return () => clearTimeout(timer);
    },
  };
}
