import { createHash } from 'node:crypto';
import { BATCH, batches } from '../../core/paging.ts';
import { whenGone } from '../../infra/database/database-errors.ts';
import type { Database, Transaction } from '../../infra/database/database.ts';
import type {
  Grade as GradeRow,
  GradeChange as GradeChangeRow,
} from '../../infra/database/generated/sqlite/client.ts';
import { lastTermsChange } from '../courses/create-courses.ts';
import type { GradeChange, GradedStep } from './grade.ts';

/** A stored grade. */
export interface StoredGrade {
  assignmentId: string;
  learnerId: string;
  /** Points of the work. */
  points: number | undefined;
  steps: GradedStep[];
  /** What they were computed from; empty if the work has changed since. */
  basis: string;
  /** Incremented with each change. */
  version: number;
  given: { points: number; reason: string; byId: string } | undefined;
  updatedAt: Date;
}

/** Grades in one read: others must not wait for thousands of them. */
const READ_AT_ONCE = 1_000;

/** Maximum number of marked grades in one read; the next read finds the others. */
const SWEEP_LIMIT = 500;

/** Maximum number of listed changes: a learner's work can change the points very often. */
const LISTED_CHANGES = 500;

export type GradeStore = ReturnType<typeof createGradeStore>;

/** Stores grades and the history of their changes. */
export function createGradeStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Returns the grades of learners in assignments, in no particular order. */
    async find(assignmentIds: readonly string[], learnerIds: readonly string[]): Promise<StoredGrade[]> {
      const found: StoredGrade[] = [];
      const size = Math.min(BATCH, Math.ceil(READ_AT_ONCE / Math.max(1, assignmentIds.length)));
      for (const some of batches(learnerIds, size)) {
        const rows = await client.grade.findMany({
          where: { assignmentId: { in: [...assignmentIds] }, learnerId: { in: some } },
        });
        found.push(...rows.map(toGrade));
      }
      return found;
    },

    /** Returns the ids of the learners with a grade in an assignment. */
    async learners(assignmentId: string): Promise<string[]> {
      const rows = await client.grade.findMany({ where: { assignmentId }, select: { learnerId: true } });
      return rows.map(({ learnerId }) => learnerId);
    },

    /** Returns grades whose work has changed since they were computed, the longest waiting first. */
    marked: (): Promise<{ assignmentId: string; learnerId: string }[]> =>
      client.grade.findMany({
        where: { basis: '' },
        select: { assignmentId: true, learnerId: true },
        orderBy: { updatedAt: 'asc' },
        take: SWEEP_LIMIT,
      }),

    /** Stores computed points, and the change if they differ. Returns false if the grade has changed since it was read. */
    async put(
      before: StoredGrade,
      next: { points: number | undefined; steps: GradedStep[]; basis: string },
      at: Date,
    ): Promise<boolean> {
      const { assignmentId, learnerId, version, given } = before;
      return await database.transaction(async (tx) => {
        const { count } = await tx.grade.updateMany({
          where: { assignmentId, learnerId, version },
          data: {
            points: next.points ?? null,
            computation: JSON.stringify(next.steps),
            basis: next.basis,
            version: version + 1,
            updatedAt: at,
          },
        });
        if (count === 0) return false;
        if (given === undefined && next.points !== before.points) {
          const of = { assignmentId, learnerId, version: version + 1 };
          const why =
            termsIn(before) === WORK
              ? ({ cause: 'work', byId: undefined, reason: '' } as const)
              : await lastTermsChange(
                  tx,
                  of,
                  before.updatedAt,
                  termsIn(before) === termsIn(next) ? 'lab' : 'terms',
                );
          const values = { before: before.points, after: next.points };
          await insertChange(tx, { ...of, ...why, ...values, changedAt: at });
        }
        return true;
      });
    },

    /** Gives points instead of those of the work, or withdraws them with undefined. */
    async give(
      of: { assignmentId: string; learnerId: string },
      given: { points: number } | undefined,
      { byId, reason }: { byId: string; reason: string },
      at: Date,
    ): Promise<void> {
      const give = database.transaction(async (tx) => {
        const where = { assignmentId_learnerId: of };
        const row = await tx.grade.findUnique({ where });
        if (!given && row?.givenPoints == null) return;
        const columns = {
          givenPoints: given?.points ?? null,
          givenReason: given ? reason : '',
          givenById: given ? byId : null,
          updatedAt: at,
        };
        const { version } = await tx.grade.upsert({
          where,
          create: { ...of, ...columns, version: 1 },
          update: { ...columns, version: { increment: 1 } },
        });
        const before = row?.givenPoints ?? row?.points ?? undefined;
        const after = given?.points ?? row?.points ?? undefined;
        const cause = given ? 'given' : 'withdrawn';
        await insertChange(tx, { ...of, version, cause, byId, reason, before, after, changedAt: at });
      });
      await give.catch(whenGone('ASSIGNMENT_NOT_FOUND'));
    },

    /** Lists the last changes of a grade, oldest first. */
    async changes(assignmentId: string, learnerId: string): Promise<GradeChange[]> {
      const rows = await client.gradeChange.findMany({
        where: { assignmentId, learnerId },
        orderBy: { version: 'desc' },
        take: LISTED_CHANGES,
      });
      return rows.toReversed().map(toChange);
    },
  };
}

/** Marks that a learner's work has changed, within the transaction that stores it: the grade is computed again. */
export async function markWork(
  tx: Transaction,
  { assignmentId, learnerId, at }: { assignmentId: string; learnerId: string; at: Date },
): Promise<void> {
  const where = { assignmentId_learnerId: { assignmentId, learnerId } };
  // Without work, the assignment was deleted meanwhile.
  if ((await tx.assignmentWork.count({ where: { assignmentId, learnerId } })) === 0) return;
  await tx.grade.upsert({
    where,
    create: { assignmentId, learnerId, updatedAt: at },
    update: { basis: '', version: { increment: 1 } },
  });
}

/** Returns a short text that is equal for equal inputs of a computation, and never empty. */
export function basisOf(inputs: unknown): string {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('base64url').slice(0, 22);
}

/** Returns the basis of a grade with these terms and this lab. */
export const joinBasis = ({ terms, lab }: { terms: string; lab: string }) => `${terms} ${lab}`;

/** Returns the basis of a grade whose lab no longer exists: it keeps what has to be compared when the lab returns. */
export const lostBasis = (before: { basis: string }) => joinBasis({ terms: termsIn(before), lab: 'lost' });

/** Instead of the terms, if the work has changed since. */
const WORK = 'work';

/** Returns the part of a basis that stands for the terms. */
const termsIn = ({ basis }: { basis: string }) => (basis === '' ? WORK : (basis.split(' ')[0] ?? ''));

async function insertChange(
  tx: Transaction,
  change: GradeChange & { assignmentId: string; learnerId: string; version: number },
): Promise<void> {
  const { byId = null, before = null, after = null } = change;
  await tx.gradeChange.create({ data: { ...change, byId, before, after } });
}

function toGrade(row: GradeRow): StoredGrade {
  const { assignmentId, learnerId, basis, version, updatedAt, givenPoints, givenReason, givenById } = row;
  const given =
    givenPoints === null ? undefined : { points: givenPoints, reason: givenReason, byId: givenById ?? '' };
  const steps = JSON.parse(row.computation) as (Omit<GradedStep, 'at'> & { at?: string })[];
  return {
    assignmentId,
    learnerId,
    points: row.points ?? undefined,
    steps: steps.map(({ run, at, ...step }) => ({
      ...step,
      run,
      at: at === undefined ? undefined : new Date(at),
    })),
    basis,
    version,
    given,
    updatedAt,
  };
}

function toChange({ cause, byId, reason, before, after, changedAt }: GradeChangeRow): GradeChange {
  return {
    cause,
    byId: byId ?? undefined,
    reason,
    before: before ?? undefined,
    after: after ?? undefined,
    changedAt,
  };
}
