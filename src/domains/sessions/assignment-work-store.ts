import { fault } from '../../core/errors.ts';
import type { Transaction } from '../../infra/database/database.ts';
import type { RunLimits } from './lifetime-rules.ts';
import type { Session as SessionRow } from '../../infra/database/generated/sqlite/client.ts';

/** An attempt at an assignment to start. */
export interface NewRun {
  assignmentId: string;
  courseId: string;
  limits: RunLimits;
  /** Number of attempts that the learner has; undefined for any number. */
  attempts: number | undefined;
  /** Whether staff try the assignment. */
  isTrial: boolean;
}

/**
 * Returns the number of a learner's next attempt, within the transaction that starts it; 0 for staff, who only try the
 * assignment. An attempt counts only once its machines were ready.
 * @throws ATTEMPTS_USED
 */
export async function nextRun(
  tx: Transaction,
  { assignmentId, attempts, isTrial }: Pick<NewRun, 'assignmentId' | 'attempts' | 'isTrial'>,
  { learnerId, createdAt }: { learnerId: string; createdAt: Date },
): Promise<number> {
  if (isTrial) return 0;
  const { runs } = await tx.assignmentWork.upsert({
    where: { assignmentId_learnerId: { assignmentId, learnerId } },
    create: { assignmentId, learnerId, runs: 0, startedAt: createdAt },
    update: { assignmentId },
  });
  if (attempts !== undefined && runs >= attempts) throw fault('ATTEMPTS_USED', { attempts });
  return runs + 1;
}

/** Moves a session, and counts its attempt at its assignment if that succeeds. An attempt is counted once. */
export async function countingRun<Moved>(
  tx: Transaction,
  { assignmentId, learnerId, run }: Pick<SessionRow, 'assignmentId' | 'learnerId' | 'run'>,
  move: (tx: Transaction) => Promise<Moved | undefined>,
): Promise<Moved | undefined> {
  const moved = await move(tx);
  if (moved === undefined || assignmentId === null) return moved;
  await tx.assignmentWork.updateMany({
    where: { assignmentId, learnerId, runs: { lt: run } },
    data: { runs: run },
  });
  return moved;
}
