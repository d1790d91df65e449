import { fault } from '../../../core/errors.ts';

/**
 * How long what takes an upload may go on once that is given up, in milliseconds: it has a file to remove.
 * A program that was stopped, or that stands in another's place, would go on for as long as an upload may.
 */
const GIVING_UP_LIMIT_MS = 10_000;

/** What ends a script that was told to give up and does not. */
export function createGivingUp() {
  const over = new AbortController();
  return {
    /** To be given to the script: aborted when it is to end at once. */
    signal: over.signal,
    /** Resolves when the script has ended, whose `result` this is: by itself, or by force. */
    async endOf(result: Promise<unknown>): Promise<void> {
      const timer = setTimeout(() => over.abort(fault('TRANSFER_INTERRUPTED')), GIVING_UP_LIMIT_MS);
      await result.catch(() => undefined);
      clearTimeout(timer);
    },
  };
}
