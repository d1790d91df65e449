import type { Clock } from '../../../core/clock.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { Admission, Planned } from './admission.ts';
import type { AdmissionStore } from './admission-store.ts';
import { createLedger } from './ledger.ts';
import type { QueuePosition } from '../session.ts';
import { planQueue, estimateWaits } from './queue-plan.ts';

export type QueueView = ReturnType<typeof createQueueView>;

/** Returns where sessions are in the queue. It applies the rules of admission without admitting any session. */
export function createQueueView(options: {
  admission: Pick<Admission, 'facts'>;
  store: Pick<AdmissionStore, 'provisioningTimes'>;
  /** Environments provisioned at the same time. */
  concurrency: number;
  clock: Pick<Clock, 'now'>;
}) {
  const { admission, store, concurrency, clock } = options;

  async function readPositions(): Promise<Map<string, QueuePosition>> {
    const facts = await admission.facts();
    if (!facts) return new Map();
    const { limits, maximum, quotas, holding, warm } = facts;
    const now = clock.now();
    const waiting = facts.waiting.map(({ row, share }) => ({
      ...share,
      since: row.queuedAt,
      lifeMs: row.endsAt.getTime() - row.createdAt.getTime(),
    }));
    const verdicts = planQueue(waiting, { ledger: createLedger(facts), maximum, slots: 0, now });
    const reasons = verdicts.map((verdict) => (verdict === 'admit' ? 'earlier_starts' : verdict));
    const estimates = estimateWaits(waiting, {
      limits,
      maximum,
      quotas,
      holding,
      warm,
      provisioningMs: median(await store.provisioningTimes()),
      concurrency,
      now,
    });
    return new Map(
      facts.waiting.map(({ row }, index) => [
        row.id,
        {
          position: index + 1,
          waiting: waiting.length,
          estimatedWaitSeconds: estimates[index],
          reason: reasons[index] ?? 'earlier_starts',
        },
      ]),
    );
  }

  return {
    /** Returns all positions by session id. */
    positions: shareRuns(readPositions),
  };
}

/** Returns the median; undefined without values. */
function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/**
 * Returns a function whose calls share runs of `work`. All calls during one run get the next one, so each gets a result
 * that started after its call, and only one run is active at a time.
 */
export function shareRuns<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;

  return () =>
    (next ??= running.then(() => {
      next = undefined;
      const run = work();
      running = run.catch(() => undefined);
      return run;
    }));
}

/** Shortest time between two rounds, in milliseconds: positions change with each session that comes or goes. */
const ROUND_EVERY_MS = 1_000;

/** Sessions notified in one round; the others are notified in the next. */
const ROUND_LIMIT = 100;

export type QueueNotifier = ReturnType<typeof createQueueNotifier>;

/** Notifies the learners of waiting sessions when the position, or the reason for waiting, has changed. */
export function createQueueNotifier(options: {
  changer: Pick<SessionChanger, 'notify'>;
  clock: Pick<Clock, 'now'>;
}) {
  const { changer, clock } = options;
  /** The last published state of each session in the queue. */
  let published = new Map<string, string>();
  let nextAt = 0;

  return {
    /** Compares the queue, without the sessions that have started, with what was published. */
    notify(queue: readonly Pick<Planned, 'row' | 'verdict'>[]): void {
      const now = clock.now().getTime();
      if (now < nextAt) return;
      const before = published;
      published = new Map();
      let count = 0;
      for (const [index, { row, verdict }] of queue.entries()) {
        const known = before.get(row.id);
        const state = `${index} ${verdict}`;
        const hasChanged = known !== state;
        if (hasChanged && count === ROUND_LIMIT) {
          if (known !== undefined) published.set(row.id, known);
          continue;
        }
        published.set(row.id, state);
        if (!hasChanged) continue;
        count += 1;
        changer.notify(row);
      }
      if (count > 0) nextAt = now + ROUND_EVERY_MS;
    },
  };
}
