import { batched } from '../../../core/batched.ts';
import { groupBy } from '../../../core/group.ts';
import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { Progress as ProgressRow } from '../../../infra/database/generated/sqlite/client.ts';

/** A learner's stored progress in a step, in one attempt at an assignment or in self-study. */
export interface TriedStep {
  stepId: string;
  /** As in an attempt. */
  run: number;
  attempts: number;
  passed: boolean;
  bestScore: number;
  lastScore: number;
  /** Judged attempts that did not pass. */
  failures: number;
  passedAt: Date | undefined;
}

/** A learner in a lab: in an assignment or, without one, in self-study. */
export interface LearnerInLab {
  learnerId: string;
  lab: string;
  assignmentId?: string | undefined;
  /** Whether it is what they tried as staff, which does not count. */
  trial?: boolean;
}

/** A learner at a step of a lab. */
export interface LearnerAtStep {
  learnerId: string;
  labSlug: string;
  /** Empty for self-study. */
  assignmentId: string;
  /** As in {@link LearnerInLab}. */
  trial: boolean;
  stepId: string;
}

export type ProgressStore = ReturnType<typeof createProgressStore>;

export function createProgressStore({ database: { client } }: { database: Database }) {
  return {
    /** Returns the steps that a learner has attempted. */
    triedSteps: batched(
      async (pairs: readonly LearnerInLab[]): Promise<TriedStep[][]> => {
        const rows = await client.progress.findMany({
          where: { OR: pairs.map(columnsOf) },
          orderBy: [{ stepId: 'asc' }, { run: 'asc' }],
        });
        const byPair = groupBy(rows, (row) => rowKey({ ...row, trial: isTrial(row) }));
        return pairs.map((pair) => (byPair.get(pairKey(pair)) ?? []).map(toProgress));
      },
      { nameOf: pairKey, acrossRequests: true },
    ),

    /** Returns how many judged attempts of a learner at a step did not pass, in all attempts at the assignment. */
    async failures(step: LearnerAtStep): Promise<number> {
      const { _sum } = await client.progress.aggregate({ where: workAt(step), _sum: { failures: true } });
      return _sum.failures ?? 0;
    },
  };
}

/** Returns a map key for a learner in a lab. */
export function pairKey({ learnerId, lab, assignmentId = '', trial = false }: LearnerInLab): string {
  return `${learnerId} ${lab} ${assignmentId} ${trial}`;
}

/** Returns the {@link pairKey} of a row. */
export function rowKey({ learnerId, labSlug, assignmentId, trial }: Omit<LearnerAtStep, 'stepId'>): string {
  return pairKey({ learnerId, lab: labSlug, assignmentId, trial });
}

/** Returns the columns that select the rows of a learner in a lab, whether they tried it as staff or not. */
export function columnsOf({ learnerId, lab, assignmentId = '' }: LearnerInLab) {
  return { learnerId, labSlug: lab, assignmentId };
}

/** Returns whether an attempt or its progress does not count, because staff tried the assignment. */
export function isTrial({ assignmentId, run }: { assignmentId: string; run: number }): boolean {
  return assignmentId !== '' && run === 0;
}

/** Returns the condition for a learner's attempts at a step, and for their progress in it. */
export function workAt({ learnerId, labSlug, assignmentId, stepId, trial }: LearnerAtStep) {
  const run = trial || assignmentId === '' ? 0 : { gt: 0 };
  return { learnerId, labSlug, assignmentId, stepId, run };
}

/**
 * Counts one judged attempt, within the transaction that stores it. A later failure changes neither the pass nor the
 * best score.
 */
export async function recordAttempt(
  tx: Transaction,
  { learnerId, labSlug, assignmentId, run, stepId }: Omit<LearnerAtStep, 'trial'> & { run: number },
  attempt: { passed: boolean; score: number; at: Date },
): Promise<void> {
  const { passed, score, at } = attempt;
  const step = { learnerId, labSlug, assignmentId, run, stepId };
  const where = { learnerId_labSlug_assignmentId_run_stepId: step };
  const before = await tx.progress.findUnique({ where });
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
    where,
    create: { ...step, ...reached },
    update: reached,
  });
}

function toProgress(row: ProgressRow): TriedStep {
  const { stepId, run, attempts, passed, bestScore, lastScore, failures, passedAt } = row;
  return { stepId, run, attempts, passed, bestScore, lastScore, failures, passedAt: passedAt ?? undefined };
}
