import type { Database } from '../../infra/database/database.ts';
import type { CommonFinding } from './insight.ts';

/** Findings per step. */
const MOST_FINDINGS = 5;

/** What one learner did at one step, until they first passed it. */
export interface StepWork {
  learnerId: string;
  stepId: string;
  /** When they first started the assignment. */
  startedAt: Date;
  attempts: number;
  lastAt: Date;
  passedAt: Date | undefined;
}

/** A learner whose machines run now. */
export interface Working {
  learnerId: string;
  readyAt: Date;
  lastActivityAt: Date;
}

/** SQLite returns dates of raw queries as text or numbers. */
type RawDate = Date | string | number;

/**
 * Reads the attempts at an assignment in summary, without those of staff who try it. The database summarises them: a
 * class makes many more attempts than the results have rows.
 */
export function createInsightStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    async work(assignmentId: string): Promise<StepWork[]> {
      const rows = await client.$queryRaw<
        {
          learnerId: string;
          stepId: string;
          startedAt: RawDate;
          passedAt: RawDate | null;
          lastAt: RawDate;
          attempts: number | bigint;
        }[]
      >`
        WITH "pass" AS (
          SELECT "learnerId", "stepId", MIN("id") AS "id", MIN("finishedAt") AS "at"
          FROM "Attempt"
          WHERE "assignmentId" = ${assignmentId} AND "state" = 'finished' AND "passed" AND "run" > 0
          GROUP BY "learnerId", "stepId"
        )
        SELECT a."learnerId", a."stepId", w."startedAt", p."at" AS "passedAt",
          MAX(a."finishedAt") AS "lastAt", COUNT(*) AS "attempts"
        FROM "Attempt" a
        JOIN "AssignmentWork" w ON w."assignmentId" = a."assignmentId" AND w."learnerId" = a."learnerId"
        LEFT JOIN "pass" p ON p."learnerId" = a."learnerId" AND p."stepId" = a."stepId"
        WHERE a."assignmentId" = ${assignmentId} AND a."state" = 'finished' AND a."run" > 0
          AND (p."id" IS NULL OR a."id" <= p."id")
        GROUP BY a."learnerId", a."stepId", w."startedAt", p."at"`;
      return rows.map(({ learnerId, stepId, startedAt, passedAt, lastAt, attempts }) => ({
        learnerId,
        stepId,
        startedAt: new Date(startedAt),
        passedAt: passedAt === null ? undefined : new Date(passedAt),
        lastAt: new Date(lastAt),
        attempts: Number(attempts),
      }));
    },

    /** Returns the most common findings of failed attempts, by step. Messages of Berth are the same if their codes are. */
    async findings(assignmentId: string): Promise<(CommonFinding & { stepId: string })[]> {
      const rows = await client.$queryRaw<
        {
          stepId: string;
          checkId: string;
          code: string | null;
          message: string;
          learners: number | bigint;
          attempts: number | bigint;
        }[]
      >`
        SELECT "stepId", "checkId", "code", "message", "learners", "attempts" FROM (
          SELECT "found".*, ROW_NUMBER() OVER (
            PARTITION BY "stepId" ORDER BY "learners" DESC, "attempts" DESC, "checkId", "message"
          ) AS "place"
          FROM (
            SELECT a."stepId", v."checkId", v."findingCode" AS "code", MAX(v."message") AS "message",
              COUNT(DISTINCT a."learnerId") AS "learners", COUNT(*) AS "attempts"
            FROM "CheckVerdict" v
            JOIN "Attempt" a ON a."id" = v."attemptId"
            WHERE a."assignmentId" = ${assignmentId} AND a."run" > 0 AND a."state" = 'finished' AND NOT a."passed"
              AND v."state" = 'finished' AND NOT v."passed"
            GROUP BY a."stepId", v."checkId", v."findingCode",
              CASE WHEN v."findingCode" IS NULL THEN v."message" ELSE '' END
          ) AS "found"
        ) AS "placed"
        WHERE "place" <= ${MOST_FINDINGS}
        ORDER BY "stepId", "place"`;
      return rows.map(({ code, learners, attempts, ...finding }) => ({
        ...finding,
        code: code ?? undefined,
        learners: Number(learners),
        attempts: Number(attempts),
      }));
    },

    async working(assignmentId: string): Promise<Working[]> {
      const rows = await client.session.findMany({
        where: { assignmentId, run: { gt: 0 }, state: 'ready' },
        select: { learnerId: true, readyAt: true, createdAt: true, lastActivityAt: true },
      });
      return rows.map(({ readyAt, createdAt, ...row }) => ({ ...row, readyAt: readyAt ?? createdAt }));
    },
  };
}
