import { batches } from '../../../core/paging.ts';
import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { Progress as ProgressRow } from '../../../infra/database/generated/sqlite/client.ts';

/** A learner's stored progress in a step. */
export interface TriedStep {
  stepId: string;
  attempts: number;
  passed: boolean;
  bestScore: number;
  lastScore: number;
  /** Judged attempts that did not pass. */
  failures: number;
  passedAt: Date | undefined;
}

/** A learner in a lab. */
export interface LearnerInLab {
  learnerId: string;
  lab: string;
}

export type ProgressStore = ReturnType<typeof createProgressStore>;

export function createProgressStore({ database: { client } }: { database: Database }) {
  return {
    /** Returns the attempted steps, by {@link pairKey}. One query for all pairs, up to a page. */
    async of(pairs: readonly LearnerInLab[]): Promise<Map<string, TriedStep[]>> {
      const unique = [...new Map(pairs.map((pair) => [pairKey(pair), pair])).values()];
      const found = new Map<string, TriedStep[]>(unique.map((pair) => [pairKey(pair), []]));
      for (const some of batches(unique)) {
        const rows = await client.progress.findMany({
          where: { OR: some.map(({ learnerId, lab }) => ({ learnerId, labSlug: lab })) },
          orderBy: { stepId: 'asc' },
        });
        for (const row of rows) {
          found.get(pairKey({ learnerId: row.learnerId, lab: row.labSlug }))?.push(toProgress(row));
        }
      }
      return found;
    },

    /** Returns how many judged attempts of a learner at a step did not pass. */
    async failures(step: { learnerId: string; labSlug: string; stepId: string }): Promise<number> {
      const row = await client.progress.findUnique({ where: { learnerId_labSlug_stepId: step } });
      return row?.failures ?? 0;
    },
  };
}

/** Returns a map key for a pair. */
export function pairKey({ learnerId, lab }: LearnerInLab): string {
  return `${learnerId} ${lab}`;
}

/**
 * Counts one judged attempt, within the transaction that stores it. A later failure changes neither the pass nor the
 * best score.
 */
export async function recordAttempt(
  tx: Transaction,
  step: { learnerId: string; labSlug: string; stepId: string },
  attempt: { passed: boolean; score: number; at: Date },
): Promise<void> {
  const { passed, score, at } = attempt;
  const before = await tx.progress.findUnique({ where: { learnerId_labSlug_stepId: step } });
  const reached = {
    attempts: (before?.attempts ?? 0) + 1,
    passed: passed || (before?.passed ?? false),
    bestScore: Math.max(score, before?.bestScore ?? 0),
    lastScore: score,
    failures: (before?.failures ?? 0) + (passed ? 0 : 1),
    passedAt: before?.passedAt ?? (passed ? at : null),
    updatedAt: at,
  };
  await tx.progress.upsert({
    where: { learnerId_labSlug_stepId: step },
    create: { ...step, ...reached },
    update: reached,
  });
}

function toProgress(row: ProgressRow): TriedStep {
  const { stepId, attempts, passed, bestScore, lastScore, failures, passedAt } = row;
  return { stepId, attempts, passed, bestScore, lastScore, failures, passedAt: passedAt ?? undefined };
}
