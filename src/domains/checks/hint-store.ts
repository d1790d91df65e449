import type { Clock } from '../../core/clock.ts';
import { batched } from '../../core/batched.ts';
import { groupBy } from '../../core/group.ts';
import type { Database, Transaction } from '../../infra/database/database.ts';
import { whenGone } from '../../infra/database/database-errors.ts';
import { columnsOf, pairKey, rowKey } from './results/progress-store.ts';
import type { LearnerAtStep, LearnerInLab } from './results/progress-store.ts';

/** A hint that a learner has seen, and its cost at that time. */
export interface ShownHint {
  stepId: string;
  hintId: string;
  cost: number;
}

export type HintStore = ReturnType<typeof createHintStore>;

/** Stores which hints learners have seen. */
export function createHintStore({ database, clock }: { database: Database; clock: Pick<Clock, 'now'> }) {
  const { client } = database;

  return {
    /** Stores that the learner sees the hint. Returns its cost at the first time, which does not change. */
    async put(step: LearnerAtStep, { hintId, cost }: { hintId: string; cost: number }): Promise<number> {
      const put = client.shownHint.upsert({
        where: { learnerId_labSlug_assignmentId_trial_stepId_hintId: { ...step, hintId } },
        create: { ...step, hintId, cost, shownAt: clock.now() },
        update: { hintId },
      });
      const row = await put.catch(whenGone('USER_NOT_FOUND'));
      return row.cost;
    },

    /** Returns whether the learner has seen the hint before. */
    async isShown(step: LearnerAtStep, hintId: string): Promise<boolean> {
      return (await client.shownHint.count({ where: { ...step, hintId } })) > 0;
    },

    /** Returns the hints that a learner has seen. */
    shown: batched(
      async (pairs: readonly LearnerInLab[]): Promise<ShownHint[][]> => {
        const rows = await client.shownHint.findMany({
          where: { OR: pairs.map(columnsOf) },
          orderBy: [{ stepId: 'asc' }, { hintId: 'asc' }],
        });
        const byPair = groupBy(rows, rowKey);
        return pairs.map((pair) => byPair.get(pairKey(pair)) ?? []);
      },
      { nameOf: pairKey, acrossRequests: true },
    ),
  };
}

/** Returns the cost of the seen hints of a step, 0 to 1, within the transaction that stores the attempt. */
export async function hintCost(
  tx: Transaction,
  step: LearnerAtStep,
  hintIds: readonly string[],
): Promise<number> {
  const where = { ...step, hintId: { in: [...hintIds] } };
  const { _sum } = await tx.shownHint.aggregate({ where, _sum: { cost: true } });
  return Math.min(1, _sum.cost ?? 0);
}
