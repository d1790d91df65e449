import type { QueueReason } from './ledger.ts';

/** Where a session is in the queue. */
export interface QueuePlace {
  /** 1 for who waits longest. */
  place: number;
  /** How many wait in all. */
  waiting: number;
  /** Until it is ready, as far as that can be known. */
  estimatedWaitSeconds: number | undefined;
  /** What it waits for. */
  reason: QueueReason;
}
