import type { Clock } from '../../../core/clock.ts';
import type { Admission } from './admission.ts';
import type { AdmissionStore } from './admission-store.ts';
import { createLedger } from './ledger.ts';
import type { QueuePlace } from './queue-place.ts';
import { planQueue } from './queue-plan.ts';
import { createSharedWork } from './shared-work.ts';
import { estimateWaits } from './wait-estimate.ts';

export type QueueView = ReturnType<typeof createQueueView>;

/** Tells those who wait where they are: the same rules as admission's, asked without letting anyone in. */
export function createQueueView(options: {
  admission: Pick<Admission, 'facts'>;
  store: Pick<AdmissionStore, 'makingTimes'>;
  /** Environments made at the same time. */
  concurrency: number;
  clock: Pick<Clock, 'now'>;
}) {
  const { admission, store, concurrency, clock } = options;

  async function look(): Promise<Map<string, QueuePlace>> {
    const facts = await admission.facts();
    if (!facts) return new Map();
    const { limits, most, quotas, holding, warm } = facts;
    const now = clock.now();
    const waiting = facts.waiting.map(({ row, share }) => ({
      ...share,
      since: row.queuedAt,
      lifeMs: row.endsAt.getTime() - row.createdAt.getTime(),
    }));
    const verdicts = planQueue(waiting, { ledger: createLedger(facts), most, turns: 0, now });
    const reasons = verdicts.map((verdict) => (verdict === 'admit' ? 'turn' : verdict));
    const estimates = estimateWaits(waiting, {
      limits,
      most,
      quotas,
      holding,
      warm,
      makingMs: median(await store.makingTimes()),
      concurrency,
      now,
    });
    return new Map(
      facts.waiting.map(({ row }, index) => [
        row.id,
        {
          place: index + 1,
          waiting: waiting.length,
          estimatedWaitSeconds: estimates[index],
          reason: reasons[index] ?? 'turn',
        },
      ]),
    );
  }

  return {
    /** All places, by session. */
    look: createSharedWork(look),
  };
}

/** The middle one of `values`; undefined when there are none. */
function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
