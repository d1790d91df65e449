import { neverFits } from './ledger.ts';
import type { Ledger, Limits, QueueReason, Share } from './ledger.ts';

/**
 * How long sessions that need less may go ahead of one that finds no room, in milliseconds. From then
 * on all that becomes free is kept for it: so small ones use what a large one cannot, and a large
 * one waits no longer than until enough of those before it have ended.
 */
export const OVERTAKEN_FOR_MS = 5 * 60_000;

/** A session in the queue. */
export interface Candidate extends Share {
  /** When it began to wait. */
  since: Date;
}

/** What is to be done about a session in the queue. */
export type Verdict = 'admit' | QueueReason;

/**
 * What becomes of those who wait, first come first. `ledger` has taken those admitted afterwards;
 * `turns` is how many may be begun now.
 * One that needs more than there is at all keeps nobody waiting.
 */
export function planQueue(
  waiting: readonly Candidate[],
  options: {
    ledger: Ledger;
    /** The most there ever is: of networks, also those that are barred for a while. */
    most: Pick<Limits, 'memoryBytes' | 'networks'>;
    turns: number;
    now: Date;
  },
): Verdict[] {
  const { ledger, most, now } = options;
  let { turns } = options;
  let keptFor: QueueReason | undefined;

  function decide(candidate: Candidate): Verdict {
    const obstacle = ledger.obstacle(candidate);
    if ((obstacle === 'memory' || obstacle === 'networks') && !neverFits(candidate, most)) {
      const waited = now.getTime() - candidate.since.getTime();
      if (waited >= OVERTAKEN_FOR_MS) keptFor ??= obstacle;
    }
    if (obstacle) return obstacle;
    if (keptFor && !ledger.isReadyMade(candidate)) return keptFor;
    const isReadyMade = ledger.isReadyMade(candidate);
    ledger.take(candidate);
    if (isReadyMade) return 'admit';
    if (turns <= 0) return 'turn';
    turns -= 1;
    return 'admit';
  }

  return waiting.map(decide);
}
