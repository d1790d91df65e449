import type { Database, Transaction } from '../../../infra/database/database.ts';
import { isForeignKeyViolation, isUniqueViolation } from '../../../infra/database/database-errors.ts';
import type {
  Attempt as AttemptRow,
  CheckVerdict as VerdictRow,
} from '../../../infra/database/generated/sqlite/client.ts';
import { fault } from '../../../core/errors.ts';
import type { AccessLimits } from '../../identity/work-access-limits.ts';
import { accessibleAmongFew, accessibleWork, newestOf } from '../../identity/work-access-limits.ts';
import type { LabStep } from '../../labs/lab.ts';
import type { Lease, StoredLease } from '../../../infra/leases/lease.ts';
import type { Attempt } from './attempt.ts';
import {
  emptyOldEvidence,
  findingColumns,
  insertVerdicts,
  readFinding,
  toVerdict,
  afterWrongAnswers,
  countWrongAnswers,
} from './verdict-store.ts';
import { hintCost } from '../hint-store.ts';
import { isTrial, recordAttempt } from './progress-store.ts';
import type { StepVerdict } from './step-verdict.ts';

/** A running attempt as stored in the database. */
interface RunningAttempt {
  id: string;
  sessionId: string | undefined;
  learnerId: string;
  assignmentId: string | undefined;
  courseId: string | undefined;
  lease: StoredLease;
}

/** The learner, lab version and step of a new attempt. */
type NewAttempt = Pick<AttemptRow, 'id' | 'learnerId' | 'labSlug' | 'labVersion' | 'stepId' | 'startedAt'> &
  Partial<Pick<AttemptRow, 'assignmentId' | 'courseId' | 'run'>> & { sessionId: string };

/** Selects the attempts that match all given fields. */
interface AttemptFilter {
  sessionId?: string | undefined;
  learnerId?: string | undefined;
  lab?: string | undefined;
  step?: string | undefined;
  assignmentId?: string | undefined;
}

/** Maximum number of running attempts per sweep; the next sweep reads the others. */
const SWEEP_LIMIT = 1_000;

const released = { runningKey: null, heldBy: null, heldUntil: null };

const withVerdicts = { verdicts: { orderBy: { place: 'asc' } } } as const;

export type AttemptStore = ReturnType<typeof createAttemptStore>;

/** Marks that a learner's work on an assignment has changed, within the transaction that stores it. */
export type MarkWork = (
  tx: Transaction,
  work: { assignmentId: string; learnerId: string; at: Date },
) => Promise<void>;

export function createAttemptStore({ database, markWork }: { database: Database; markWork?: MarkWork }) {
  const { client } = database;

  return {
    /**
     * Stores a running attempt. Returns false if a check of that step is already running in that session, in any
     * process.
     * @throws SESSION_NOT_FOUND
     */
    async begin(attempt: NewAttempt, lease: Lease): Promise<boolean> {
      const runningKey = keyOf(attempt.sessionId, attempt.stepId);
      try {
        await client.attempt.create({
          data: { ...attempt, state: 'running', runningKey, heldBy: lease.owner, heldUntil: lease.expiresAt },
        });
        return true;
      } catch (error) {
        if (isUniqueViolation(error, 'runningKey')) return false;
        if (isForeignKeyViolation(error)) throw fault('SESSION_NOT_FOUND');
        throw error;
      }
    },

    /** Renews the lease. Returns false if `owner` no longer has it. */
    async renew(id: string, { owner, expiresAt }: Lease): Promise<boolean> {
      const { count } = await client.attempt.updateMany({
        where: { id, state: 'running', heldBy: owner },
        data: { heldUntil: expiresAt },
      });
      return count === 1;
    },

    /**
     * Stores the verdict and the progress in one transaction; the progress only if the attempt was judged and `counts`.
     * Applies the cost of earlier wrong answers and of seen hints. Deletes a `poll` that did not pass, or that passed with
     * no better score than the last attempt at the step in its session: then it returns that one. Older attempts of the
     * step lose their evidence. If `owner` no longer has the lease, nothing changes. Returns the stored attempt;
     * undefined if the learner was deleted.
     */
    finish(
      id: string,
      owner: string,
      given: StepVerdict,
      at: Date,
      {
        hintIds = [],
        counts = true,
        poll = false,
        step: { checks = [], pass = 1 } = {},
      }: {
        hintIds?: readonly string[];
        counts?: boolean;
        poll?: boolean;
        step?: Partial<Pick<LabStep, 'pass' | 'checks'>>;
      } = {},
    ): Promise<Attempt | undefined> {
      return database.transaction(async (tx) => {
        const running = { id, state: 'running', heldBy: owner } as const;
        const held = await tx.attempt.findFirst({ where: running });
        const verdict =
          held && counts
            ? afterWrongAnswers(
                { checks, pass },
                given,
                await countWrongAnswers(tx, { ...held, trial: isTrial(held) }, checks),
              )
            : given;
        const [row] = await tx.attempt.updateManyAndReturn({
          where: running,
          data: { ...toColumns(verdict), ...released, finishedAt: at },
        });
        const repeated = row && poll ? await lastPass(tx, row) : undefined;
        const isKept = !poll || (verdict.passed && !(repeated && repeated.best >= verdict.score));
        if (row) {
          const { learnerId, labSlug, assignmentId, stepId, run } = row;
          const step = { learnerId, labSlug, assignmentId, stepId, trial: isTrial(row) };
          await insertVerdicts(tx, id, verdict.verdicts);
          if (verdict.state === 'finished' && counts && isKept) {
            const cost = await hintCost(tx, step, hintIds);
            const score = Math.max(0, verdict.score - cost);
            if (cost > 0) await tx.attempt.update({ where: { id }, data: { score, hintCost: cost } });
            await recordAttempt(tx, row, { passed: verdict.passed, score, at });
            if (run > 0) await markWork?.(tx, { assignmentId, learnerId, at });
          }
          await emptyOldEvidence(tx, step);
        }
        const stored = await tx.attempt.findUnique({ where: { id }, include: withVerdicts });
        if (row && !isKept) await tx.attempt.delete({ where: { id } });
        if (row && !isKept && verdict.passed && repeated) return toAttempt(repeated.attempt);
        return stored ? toAttempt(stored) : undefined;
      });
    },

    /**
     * Ends an attempt whose lease owner is dead. Returns false if another process was first, or the owner has renewed
     * the lease.
     */
    async interrupt(running: RunningAttempt, verdict: StepVerdict, at: Date): Promise<boolean> {
      const { id, lease } = running;
      const { count } = await client.attempt.updateMany({
        where: { id, state: 'running', heldBy: lease.owner, heldUntil: lease.expiresAt },
        data: { ...toColumns(verdict), ...released, finishedAt: at },
      });
      return count === 1;
    },

    /** Returns the running attempts: all, or those of one step of a session. */
    async running(of?: { sessionId: string; stepId: string }): Promise<RunningAttempt[]> {
      const rows = await client.attempt.findMany({
        where: { state: 'running', ...(of && { runningKey: keyOf(of.sessionId, of.stepId) }) },
        orderBy: { id: 'asc' },
        take: SWEEP_LIMIT,
      });
      return rows.map(({ id, sessionId, learnerId, assignmentId, courseId, heldBy, heldUntil }) => ({
        id,
        sessionId: sessionId ?? undefined,
        learnerId,
        assignmentId: assignmentId || undefined,
        courseId: courseId ?? undefined,
        lease: { owner: heldBy, expiresAt: heldUntil },
      }));
    },

    async find(id: string): Promise<Attempt | undefined> {
      const row = await client.attempt.findUnique({ where: { id }, include: withVerdicts });
      return row ? toAttempt(row) : undefined;
    },

    /** Returns a page of attempts, newest first. */
    async list(
      filter: AttemptFilter,
      /** Whose work is included; undefined: everybody's. */
      limits: AccessLimits | undefined,
      window: { take: number; after: string | undefined },
    ): Promise<Attempt[]> {
      const where = {
        ...(filter.sessionId !== undefined && { sessionId: filter.sessionId }),
        ...(filter.learnerId !== undefined && { learnerId: filter.learnerId }),
        ...(filter.lab !== undefined && { labSlug: filter.lab }),
        ...(filter.step !== undefined && { stepId: filter.step }),
        ...(filter.assignmentId !== undefined && { assignmentId: filter.assignmentId }),
        ...(window.after !== undefined && { id: { lt: window.after } }),
      };
      const { take } = window;
      const isNarrow = [filter.sessionId, filter.learnerId, filter.assignmentId].some(
        (id) => id !== undefined,
      );
      const page = { orderBy: { id: 'desc' }, take } as const;
      const rows = await newestOf((isNarrow ? accessibleAmongFew : accessibleWork)(limits), take, {
        ids: (condition) =>
          client.attempt.findMany({ where: { ...where, AND: [condition] }, ...page, select: { id: true } }),
        rows: (condition) =>
          client.attempt.findMany({ where: { ...where, AND: [condition] }, ...page, include: withVerdicts }),
      });
      return rows.map(toAttempt);
    },
  };
}

/**
 * Returns the last attempt at the step in the session, other than `row`, and its score before the cost of hints; undefined
 * unless it passed.
 */
async function lastPass(tx: Transaction, { id, sessionId, stepId }: AttemptRow) {
  const attempt = await tx.attempt.findFirst({
    where: { sessionId, stepId, state: { in: ['finished', 'errored'] }, id: { not: id } },
    orderBy: { id: 'desc' },
    include: withVerdicts,
  });
  return attempt?.passed ? { attempt, best: attempt.score + attempt.hintCost } : undefined;
}

function keyOf(sessionId: string, stepId: string): string {
  return `${sessionId}:${stepId}`;
}

function toColumns({ state, passed, score, message, finding }: StepVerdict) {
  return { state, passed, score, message, ...findingColumns(finding) };
}

function toAttempt(row: AttemptRow & { verdicts: VerdictRow[] }): Attempt {
  return {
    id: row.id,
    sessionId: row.sessionId ?? undefined,
    learnerId: row.learnerId,
    labSlug: row.labSlug,
    labVersion: row.labVersion,
    stepId: row.stepId,
    assignmentId: row.assignmentId || undefined,
    courseId: row.courseId ?? undefined,
    run: row.run,
    state: row.state,
    passed: row.passed,
    score: row.score,
    message: row.message,
    finding: readFinding(row),
    verdicts: row.verdicts.map(toVerdict),
    startedAt: row.startedAt,
    finishedAt: row.finishedAt ?? undefined,
  };
}
