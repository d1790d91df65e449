import { batches } from '../../../core/paging.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { JudgedAttempt } from './attempt.ts';

/**
 * Maximum number of attempts of a learner at an assignment that are all read. Nobody needs more, but somebody could
 * flood a check.
 */
const MOST_READ = 500;

/** A date after all attempts. */
const NEVER = new Date('9999-12-31T00:00:00Z');

export type JudgedAttempts = ReturnType<typeof createJudgedAttempts>;

/** Creates the reader of the work that grades are computed from. */
export function createJudgedAttempts({ database: { client } }: { database: Database }) {
  /** Returns the verdicts of attempts, in order. In batches, because a statement has a limited number of values. */
  async function checksOf(attemptIds: readonly string[]): Promise<Map<string, JudgedAttempt['checks']>> {
    const byAttempt = new Map<string, JudgedAttempt['checks']>(attemptIds.map((id) => [id, []]));
    for (const some of batches(attemptIds)) {
      const rows = await client.checkVerdict.findMany({
        where: { attemptId: { in: some } },
        select: { attemptId: true, checkId: true, weight: true, score: true },
        orderBy: { place: 'asc' },
      });
      for (const { attemptId, ...check } of rows) byAttempt.get(attemptId)?.push(check);
    }
    return byAttempt;
  }

  /** Returns those of the learners who have more attempts at the assignment than are read. */
  async function flooders(assignmentId: string, learnerIds: string[]): Promise<string[]> {
    const counts = await client.attempt.groupBy({
      by: ['learnerId'],
      where: { assignmentId, learnerId: { in: learnerIds } },
      _count: { _all: true },
    });
    return counts.flatMap(({ learnerId, _count }) => (_count._all > MOST_READ ? learnerId : []));
  }

  /**
   * Returns the attempts that can count for a learner with very many: in each step and run, each that was better than all
   * before it, and the last. Every other one is neither better nor earlier
   * under the weights that the checks had then.
   */
  async function decisive(
    assignmentId: string,
    learnerId: string,
    before: Date | undefined,
  ): Promise<string[]> {
    const rows = await client.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM (
        SELECT "id", "score",
          MAX("score") OVER (
            PARTITION BY "run", "stepId" ORDER BY "id" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
          ) AS "before",
          ROW_NUMBER() OVER (PARTITION BY "run", "stepId" ORDER BY "id" DESC) AS "fromEnd"
        FROM "Attempt"
        WHERE "assignmentId" = ${assignmentId} AND "learnerId" = ${learnerId}
          AND "run" > 0 AND "state" = 'finished' AND "startedAt" < ${before ?? NEVER}
      ) AS "each"
      WHERE "before" IS NULL OR "score" > "before" OR "fromEnd" = 1`;
    return rows.map(({ id }) => id);
  }

  return {
    /**
     * Returns the judged attempts at an assignment that count, by learner, oldest first.
     * @param closesAt returns when it closes for a learner: of very many attempts, later ones are left out
     */
    async judged(
      assignmentId: string,
      learnerIds: readonly string[],
      closesAt: (learnerId: string) => Date | undefined = () => undefined,
    ): Promise<Map<string, JudgedAttempt[]>> {
      const byLearner = new Map<string, JudgedAttempt[]>(learnerIds.map((id) => [id, []]));
      for (const some of batches(learnerIds)) {
        const many = await flooders(assignmentId, some);
        const few = some.filter((id) => !many.includes(id));
        const conditions = [
          { learnerId: { in: few }, run: { gt: 0 }, state: 'finished' as const },
          ...(await Promise.all(
            many.map(async (id) => ({ id: { in: await decisive(assignmentId, id, closesAt(id)) } })),
          )),
        ];
        for (const condition of conditions) {
          const rows = await client.attempt.findMany({
            where: { assignmentId, ...condition },
            select: {
              learnerId: true,
              stepId: true,
              run: true,
              score: true,
              hintCost: true,
              startedAt: true,
              id: true,
            },
            orderBy: { id: 'asc' },
          });
          const checks = await checksOf(rows.map(({ id }) => id));
          for (const { id, learnerId, ...attempt } of rows) {
            byLearner.get(learnerId)?.push({ ...attempt, checks: checks.get(id) ?? [] });
          }
        }
      }
      return byLearner;
    },
  };
}
