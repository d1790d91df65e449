import { neverFits, createLedger } from './ledger.ts';
import type { Ledger, Limits, QueueReason, Share, QuotaLimit, WarmShare } from './ledger.ts';

/**
 * How long smaller sessions may overtake a session that lacks capacity, in milliseconds. After that, all capacity that
 * becomes free is reserved for it. So small sessions use what a large one cannot, and a large one starts eventually.
 */
export const OVERTAKEN_FOR_MS = 5 * 60_000;

/** A session in the queue. */
interface Candidate extends Share {
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
    if (slots <= 0) return 'earlier_starts';
    slots -= 1;
    return 'admit';
  }

  return waiting.map(decide);
}

/** A session used within this time, in milliseconds, is expected to last until its latest end. */
const IN_USE_MS = 5 * 60_000;

/** Typical time to remove an environment, in milliseconds. */
const REMOVAL_MS = 5_000;

/** States of sessions whose environments will be removed soon. */
const LEAVING = new Set(['saving', 'saved', 'queued', 'stopping', 'ended', 'failed']);

/** Number of sessions to estimate; those behind them get no estimate. */
const ESTIMATED = 200;

/** A session that has an environment, with the columns that determine its end. */
export interface RunningShare extends Share {
  state: string;
  lastActivityAt: Date;
  expiresAt: Date;
  endsAt: Date;
}

/** A session in the queue, with its longest lifetime once it is ready. */
interface Waiter extends Candidate {
  lifeMs: number;
}

/**
 * Estimates the seconds until each of `waiting` is ready. It assumes that running sessions end when expected: no learner
 * extends or stops one. There is no estimate without recent starts, with low disk space, or if no known end
 * frees enough capacity. Pure.
 */
export function estimateWaits(
  waiting: readonly Waiter[],
  options: {
    limits: Limits;
    maximum: Pick<Limits, 'memoryBytes' | 'networks'>;
    quotas: readonly QuotaLimit[];
    holding: readonly RunningShare[];
    warm: readonly WarmShare[];
    /** How long recent environments took to provision, in milliseconds. */
    provisioningMs: number | undefined;
    /** Environments provisioned at the same time. */
    concurrency: number;
    now: Date;
  },
): (number | undefined)[] {
  const { limits, maximum, quotas, holding, warm, provisioningMs, concurrency, now } = options;
  if (provisioningMs === undefined || limits.diskLow) return waiting.map(() => undefined);
  const ledger = createLedger({ limits, quotas, holding, warm });
  const ends = holding.map((share) => ({ share: share as Share, at: expectedEnd(share, now) }));
  const admittedAt = new Map<Waiter, number>();
  let left = waiting.slice(0, ESTIMATED);
  let time = now.getTime();

  for (;;) {
    const verdicts = planQueue(left, { ledger, maximum, slots: Infinity, now: new Date(time) });
    for (const [index, waiter] of left.entries()) {
      if (verdicts[index] !== 'admit') continue;
      admittedAt.set(waiter, time);
      ends.push({ share: waiter, at: time + provisioningMs + waiter.lifeMs + REMOVAL_MS });
    }
    left = left.filter((_, index) => verdicts[index] !== 'admit');
    const next = Math.min(...ends.map(({ at }) => at));
    if (left.length === 0 || next === Infinity) break;
    time = Math.max(time, next);
    for (const { share } of takeOut(ends, ({ at }) => at <= time)) ledger.release(share);
  }

  const provisioning = holding.filter(({ state }) => state === 'provisioning').length;
  const workers = Array.from({ length: concurrency }, (_, index) =>
    index < provisioning ? now.getTime() + provisioningMs : now.getTime(),
  );
  const waits = new Map<Waiter, number>();
  for (const [waiter, at] of admittedAt) {
    const worker = workers.indexOf(Math.min(...workers));
    const done = Math.max(at, workers[worker] ?? at) + provisioningMs;
    workers[worker] = done;
    waits.set(waiter, Math.ceil((done - now.getTime()) / 1000));
  }
  return waiting.map((waiter) => waits.get(waiter));
}

function expectedEnd({ state, lastActivityAt, expiresAt, endsAt }: RunningShare, now: Date): number {
  const leaving = LEAVING.has(state);
  const idle = state === 'ready' && now.getTime() - lastActivityAt.getTime() >= IN_USE_MS;
  const end = leaving ? now : idle ? expiresAt : endsAt;
  return Math.max(end.getTime(), now.getTime()) + REMOVAL_MS;
}

/** Removes the matching items from `list` and returns them. */
function takeOut<T>(list: T[], matches: (item: T) => boolean): T[] {
  const taken = list.filter(matches);
  const kept = list.filter((item) => !matches(item));
  list.splice(0, list.length, ...kept);
  return taken;
}
