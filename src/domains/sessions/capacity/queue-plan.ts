import { neverFits } from './ledger.ts';
import type { Ledger, Limits, QueueReason, Share } from './ledger.ts';

/**
 * How long smaller sessions may overtake a session that lacks capacity, in milliseconds. After that, all capacity that
 * becomes free is reserved for it. So small sessions use what a large one cannot, and a large one starts eventually.
 */
export const OVERTAKEN_FOR_MS = 5 * 60_000;

/** A session in the queue. */
export interface Candidate extends Share {
  /** When it entered the queue. */
  since: Date;
}

/** The decision about a session in the queue. */
export type Verdict = 'admit' | QueueReason;

/**
 * Decides about the waiting sessions in their order, and adds the admitted ones to `ledger`. At most `slots` of them
 * may need a new environment. Nothing is reserved for a session that needs more than the maximum.
 */
export function planQueue(
  waiting: readonly Candidate[],
  options: {
    ledger: Ledger;
    /** The limits with all networks usable, including those that are blocked for a while. */
    maximum: Pick<Limits, 'memoryBytes' | 'networks'>;
    slots: number;
    now: Date;
  },
): Verdict[] {
  const { ledger, maximum, now } = options;
  let { slots } = options;
  let reservedFor: QueueReason | undefined;

  function decide(candidate: Candidate): Verdict {
    const obstacle = ledger.obstacle(candidate);
    if ((obstacle === 'memory' || obstacle === 'networks') && !neverFits(candidate, maximum)) {
      const waited = now.getTime() - candidate.since.getTime();
      if (waited >= OVERTAKEN_FOR_MS) reservedFor ??= obstacle;
    }
    if (obstacle) return obstacle;
    if (reservedFor && !ledger.hasPrewarmed(candidate)) return reservedFor;
    const hasPrewarmed = ledger.hasPrewarmed(candidate);
    ledger.take(candidate);
    if (hasPrewarmed) return 'admit';
    if (slots <= 0) return 'turn';
    slots -= 1;
    return 'admit';
  }

  return waiting.map(decide);
}
