import type { Clock } from '../../core/clock.ts';
import { delay } from '../../core/clock.ts';

/** Which process does some work, and until when that may be believed. */
export interface Hold {
  owner: string;
  until: Date;
}

/** How long a hold is believed without being renewed, in milliseconds: two renewals may fail before its process is taken for dead. */
export const HOLD_MS = 15_000;

/** Between two renewals, in milliseconds. */
const RENEW_EVERY_MS = 5_000;

/** Why work ends early: another process has it by now, or may have. */
export const HOLD_LOST = new Error('Another process took this over.');

/** A hold of `owner` that begins now, or goes on. */
export function holdFrom(clock: Pick<Clock, 'now'>, owner: string): Hold {
  return { owner, until: new Date(clock.now().getTime() + HOLD_MS) };
}

/**
 * Runs `work`, on which this process has just taken a hold, and renews that for as long as it runs. The
 * signal that `work` gets aborts with the reason of `signal`, or with HOLD_LOST as soon as the hold is
 * somebody else's, or could not be renewed for so long that it may be. Resolves only when nothing runs
 * any more.
 * @throws what `work` throws; where its signal was aborted, the reason in place of that
 */
export async function keepHold<T>(
  options: {
    owner: string;
    /** Moves the end of the hold out; false when it is not the owner's any more. */
    renew: (hold: Hold) => Promise<boolean>;
    clock: Clock;
    signal?: AbortSignal;
    /** Told of each renewal that failed; the next may not. */
    onError: (error: unknown) => void;
  },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { owner, renew, clock, signal: given, onError } = options;
  const lost = new AbortController();
  const over = new AbortController();
  const signal = given ? AbortSignal.any([given, lost.signal]) : lost.signal;

  async function keepRenewing(): Promise<void> {
    let { until } = holdFrom(clock, owner);
    for (;;) {
      await delay(clock, RENEW_EVERY_MS, over.signal);
      if (over.signal.aborted) return;
      const hold = holdFrom(clock, owner);
      try {
        if (await renew(hold)) until = hold.until;
        else return lost.abort(HOLD_LOST);
      } catch (error) {
        onError(error);
        if (clock.now() >= until) return lost.abort(HOLD_LOST);
      }
    }
  }

  const renewing = keepRenewing();
  try {
    return await work(signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    over.abort();
    await renewing;
  }
}
