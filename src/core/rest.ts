import type { Clock } from './clock.ts';

/** Sleeps until the time is over or `signal` aborts, whichever comes first. */
export async function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
