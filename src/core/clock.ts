import { setTimeout } from 'node:timers/promises';

/** Time as a port, so that lifetimes and expiry can be tested without waiting. */
export interface Clock {
  /** Returns the current time. */
  now(): Date;
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason if it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The system's time. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) => sleepFor(ms, { ref: false, ...(signal && { signal }) }),
};

async function sleepFor(ms: number, options: { ref: boolean; signal?: AbortSignal }) {
  await setTimeout(ms, undefined, options).catch((error: unknown) => {
    throw options.signal?.aborted ? options.signal.reason : error;
  });
}

/** Sleeps for `ms` milliseconds, or until `signal` aborts. */
export async function delay(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
