import { createTransfers } from './transfers.ts';
import type { TransferOf } from './transfers.ts';

/** Of one session at once: each is a process of the machine, and a hostile one lets it hang for its half minute. */
export const SESSION_LOOKS = 8;
/** Of all sessions of one learner. */
const LEARNER_LOOKS = 16;
/** Of all sessions of this process: each is a connection to the engine. */
const ALL_LOOKS = 64;
/** Longest wait for a slot, in milliseconds. */
const WAIT_MS = 30_000;

export type Looks = ReturnType<typeof createLooks>;

/** Counts short requests for files: listing, creating folders, removing. Requests beyond the limit wait. */
export function createLooks(
  limits = { session: SESSION_LOOKS, learner: LEARNER_LOOKS, all: ALL_LOOKS, waitMs: WAIT_MS },
) {
  const turns = createTransfers(limits);
  return {
    /** @throws TRANSFER_LIMIT, SHUTTING_DOWN */
    async run<T>(of: TransferOf, work: () => Promise<T>): Promise<T> {
      // It waits for no client: it ends in half a minute at most.
      const { end } = await turns.begin(of);
      try {
        return await work();
      } finally {
        end();
      }
    },
    /** Refuses all from now on. */
    stop: turns.stop,
  };
}
