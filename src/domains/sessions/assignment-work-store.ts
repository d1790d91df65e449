import { fault } from '../../core/errors.ts';
import type { Transaction } from '../../infra/database/database.ts';
import type { RunLimits } from './lifetime-rules.ts';
import type { Session as SessionRow } from '../../infra/database/generated/sqlite/client.ts';

/** An attempt at an assignment to start. */
export interface NewRun {
  assignmentId: string;
  limits: RunLimits;
  /** Number of attempts that the learner has; undefined for any number. */
  attempts: number | undefined;
}

/**
 * Returns the number of a learner's next attempt, within the transaction that starts it. An attempt counts only once its
 * machines were ready.
 * @throws ATTEMPTS_USED
 */
export async function nextRun(
  tx: Transaction,
  { assignmentId, attempts }: Pick<NewRun, 'assignmentId' | 'attempts'>,
  { learnerId, createdAt }: { learnerId: string; createdAt: Date },
): Promise<number> {
  const { runs } = await tx.assignmentWork.upsert({
    where: { assignmentId_learnerId: { assignmentId, learnerId } },
    create: { assignmentId, learnerId, runs: 0, startedAt: createdAt },
    update: { assignmentId },
  });
  if (attempts !== undefined && runs >= attempts) throw fault('ATTEMPTS_USED', { attempts });
  return runs + 1;
}

/** Counts the session's attempt at its assignment; a repeated call has no effect. */
export async function countRun(
  client: Pick<Transaction, 'assignmentWork'>,
  { assignmentId, learnerId, run }: Pick<SessionRow, 'assignmentId' | 'learnerId' | 'run'>,
): Promise<void> {
  if (assignmentId === null) return;
  await client.assignmentWork.updateMany({
    where: { assignmentId, learnerId, runs: { lt: run } },
    data: { runs: run },
  });
}
