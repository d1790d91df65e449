import { createLedger } from './ledger.ts';
import type { Limits, QuotaLimit, Share, WarmShare } from './ledger.ts';
import { planQueue } from './queue-plan.ts';
import type { Candidate } from './queue-plan.ts';

/** A learner who did something within this time, in milliseconds, is taken to stay until the session's last end. */
const IN_USE_MS = 5 * 60_000;

/** Removing an environment takes about so long, in milliseconds. */
const REMOVAL_MS = 5_000;

/** States of sessions whose environments are about to go. */
const LEAVING = new Set(['saving', 'saved', 'queued', 'stopping', 'ended', 'failed']);

/** Sessions whose wait is reckoned; of those behind them it is not known. */
const RECKONED = 200;

/** A session that has an environment, with what tells when that goes. */
export interface Holder extends Share {
  state: string;
  lastActivityAt: Date;
  expiresAt: Date;
  endsAt: Date;
}

/** A session in the queue, with how long it may live once it is ready. */
export interface Waiter extends Candidate {
  lifeMs: number;
}

/**
 * Seconds until each of `waiting` is ready, if those who have environments leave when they are
 * expected to, nobody extends and nobody stops early; undefined where that cannot be known: nothing
 * was made lately to measure by, the disk is low, or no end that is known makes room. Pure.
 */
export function estimateWaits(
  waiting: readonly Waiter[],
  options: {
    limits: Limits;
    most: Pick<Limits, 'memoryBytes' | 'networks'>;
    quotas: readonly QuotaLimit[];
    holding: readonly Holder[];
    warm: readonly WarmShare[];
    /** How long making an environment took lately, in milliseconds. */
    makingMs: number | undefined;
    /** Environments made at the same time. */
    concurrency: number;
    now: Date;
  },
): (number | undefined)[] {
  const { limits, most, quotas, holding, warm, makingMs, concurrency, now } = options;
  if (makingMs === undefined || limits.diskLow) return waiting.map(() => undefined);
  const ledger = createLedger({ limits, quotas, holding, warm });
  const ends = holding.map((share) => ({ share: share as Share, at: expectedEnd(share, now) }));
  const admittedAt = new Map<Waiter, number>();
  let left = waiting.slice(0, RECKONED);
  let time = now.getTime();

  for (;;) {
    const verdicts = planQueue(left, { ledger, most, turns: Infinity, now: new Date(time) });
    for (const [index, waiter] of left.entries()) {
      if (verdicts[index] !== 'admit') continue;
      admittedAt.set(waiter, time);
      ends.push({ share: waiter, at: time + makingMs + waiter.lifeMs + REMOVAL_MS });
    }
    left = left.filter((_, index) => verdicts[index] !== 'admit');
    const next = Math.min(...ends.map(({ at }) => at));
    if (left.length === 0 || next === Infinity) break;
    time = Math.max(time, next);
    for (const { share } of takeOut(ends, ({ at }) => at <= time)) ledger.giveBack(share);
  }

  const beingMade = holding.filter(({ state }) => state === 'provisioning').length;
  const makers = Array.from({ length: concurrency }, (_, index) =>
    index < beingMade ? now.getTime() + makingMs : now.getTime(),
  );
  const waits = new Map<Waiter, number>();
  for (const [waiter, at] of admittedAt) {
    const maker = makers.indexOf(Math.min(...makers));
    const done = Math.max(at, makers[maker] ?? at) + makingMs;
    makers[maker] = done;
    waits.set(waiter, Math.ceil((done - now.getTime()) / 1000));
  }
  return waiting.map((waiter) => waits.get(waiter));
}

function expectedEnd({ state, lastActivityAt, expiresAt, endsAt }: Holder, now: Date): number {
  const leaving = LEAVING.has(state);
  const idle = state === 'ready' && now.getTime() - lastActivityAt.getTime() >= IN_USE_MS;
  const end = leaving ? now : idle ? expiresAt : endsAt;
  return Math.max(end.getTime(), now.getTime()) + REMOVAL_MS;
}

/** Removes from `list` what `matches`, and gives it. */
function takeOut<T>(list: T[], matches: (item: T) => boolean): T[] {
  const taken = list.filter(matches);
  const kept = list.filter((item) => !matches(item));
  list.splice(0, list.length, ...kept);
  return taken;
}
