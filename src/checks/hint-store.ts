import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../database/database.ts';
import { pairKey, PAIRS_PER_QUERY } from './progress-store.ts';
import type { LearnerInLab } from './progress-store.ts';

/** A learner at a step of a lab. */
export interface LearnerAtStep {
  learnerId: string;
  labSlug: string;
  stepId: string;
}

/** A hint that somebody was shown, and what it cost then. */
export interface ShownHint {
  stepId: string;
  place: number;
  cost: number;
}

export type HintStore = ReturnType<typeof createHintStore>;

/** Which hints were shown to whom. */
export function createHintStore({ database, clock }: { database: Database; clock: Pick<Clock, 'now'> }) {
  const { client } = database;

  return {
    /** Notes that the hint is shown; what it cost when it was first, which stays. */
    async put(step: LearnerAtStep, { place, cost }: { place: number; cost: number }): Promise<number> {
      const learnerId_labSlug_stepId_place = { ...step, place };
      const row = await client.shownHint.upsert({
        where: { learnerId_labSlug_stepId_place },
        create: { ...step, place, cost, shownAt: clock.now() },
        update: {},
      });
      return row.cost;
    },

    /** Whether the learner was shown it before. */
    async isShown(step: LearnerAtStep, place: number): Promise<boolean> {
      const learnerId_labSlug_stepId_place = { ...step, place };
      const row = await client.shownHint.findUnique({ where: { learnerId_labSlug_stepId_place } });
      return row !== null;
    },

    /** The hints shown, by {@link pairKey}, in the order of their places. */
    async of(pairs: readonly LearnerInLab[]): Promise<Map<string, ShownHint[]>> {
      const found = new Map<string, ShownHint[]>();
      for (let start = 0; start < pairs.length; start += PAIRS_PER_QUERY) {
        const some = pairs.slice(start, start + PAIRS_PER_QUERY);
        const rows = await client.shownHint.findMany({
          where: { OR: some.map(({ learnerId, lab }) => ({ learnerId, labSlug: lab })) },
          orderBy: [{ stepId: 'asc' }, { place: 'asc' }],
        });
        for (const { learnerId, labSlug, stepId, place, cost } of rows) {
          const key = pairKey({ learnerId, lab: labSlug });
          found.set(key, [...(found.get(key) ?? []), { stepId, place, cost }]);
        }
      }
      return found;
    },
  };
}

/** What the hints that a learner was shown take off the score of a step, within the transaction that stores it: 0 to 1. */
export async function hintCost(tx: Transaction, step: LearnerAtStep): Promise<number> {
  const { _sum } = await tx.shownHint.aggregate({ where: step, _sum: { cost: true } });
  return Math.min(1, _sum.cost ?? 0);
}
