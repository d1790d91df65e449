/** Time as a port, so that pauses can be tested without waiting. */
export interface Timers {
  /** Milliseconds since whenever. */
  now(): number;
  /** Runs `work` after `ms` milliseconds; returns what calls it off. */
  after(ms: number, work: () => void): () => void;
}

export const systemTimers: Timers = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
