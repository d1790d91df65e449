import { createTransfers } from './transfers.ts';
import type { TransferOf } from './transfers.ts';

/**
 * Maximum number per session: each is a process in the machine, and a hostile machine can keep it hanging for half a
 * minute.
 */
export const SESSION_REQUESTS = 8;
/** Maximum number for all sessions of one learner. */
const LEARNER_REQUESTS = 16;
/** Maximum number in this process: each is a connection to the engine. */
const ALL_REQUESTS = 64;
/** Longest wait for a slot, in milliseconds. */
const WAIT_MS = 30_000;

export type ShortRequests = ReturnType<typeof createShortRequests>;

/** Limits short file requests: listing, creating folders, removing. Requests beyond the limit wait. */
export function createShortRequests(
  limits = { session: SESSION_REQUESTS, learner: LEARNER_REQUESTS, all: ALL_REQUESTS, waitMs: WAIT_MS },
) {
  const slots = createTransfers(limits);
  return {
    /** @throws TRANSFER_LIMIT, SHUTTING_DOWN */
    async run<T>(of: TransferOf, work: () => Promise<T>): Promise<T> {
      // It does not depend on a client, and ends after half a minute at most.
      const { end } = await slots.begin(of);
      try {
        return await work();
      } finally {
        end();
      }
    },
    /** Refuses all further requests. */
    stop: slots.stop,
  };
}
