import { fault } from '../../core/errors.ts';
import { whenGone, whenUsed } from '../../infra/database/database-errors.ts';
import type { Database, Transaction } from '../../infra/database/database.ts';
import type {
  Assignment as AssignmentRow,
  AssignmentOverride as OverrideRow,
} from '../../infra/database/generated/sqlite/client.ts';
import { listEdits, recordEdit, recordOverride } from './assignment-edit-store.ts';
import type { EditBy } from './assignment-edit-store.ts';
import type { Assignment, AssignmentOverride } from './assignment.ts';

export type AssignmentStore = ReturnType<typeof createAssignmentStore>;

/** Stores assignments and their overrides. The positions of a course's assignments have no gaps. */
export function createAssignmentStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    async find(id: string): Promise<Assignment | undefined> {
      const row = await client.assignment.findUnique({ where: { id } });
      return row ? toAssignment(row) : undefined;
    },

    /** Lists a course's assignments by position. */
    async list(courseId: string): Promise<Assignment[]> {
      const rows = await client.assignment.findMany({ where: { courseId }, orderBy: byPosition });
      return rows.map(toAssignment);
    },

    /** Returns the existing assignments of `ids`, in no particular order. */
    async findMany(ids: readonly string[]): Promise<Assignment[]> {
      if (ids.length === 0) return [];
      return (await client.assignment.findMany({ where: { id: { in: [...ids] } } })).map(toAssignment);
    },

    /**
     * Adds an assignment at `position`, or at the end.
     * @throws INPUT_INVALID if the course has `limit` assignments, COURSE_NOT_FOUND if it was deleted meanwhile
     */
    async insert(assignment: Assignment, position: number | undefined, limit: number): Promise<Assignment> {
      const { courseId } = assignment;
      const insert = database.transaction(async (tx) => {
        const known = await tx.assignment.count({ where: { courseId } });
        if (known >= limit)
          throw fault('INPUT_INVALID', { problem: `A course has at most ${limit} assignments.` });
        const row = await tx.assignment.create({ data: toAssignmentRow({ ...assignment, position: known }) });
        return toAssignment(position === undefined ? row : await move(tx, row, position));
      });
      return await insert.catch(whenGone('COURSE_NOT_FOUND'));
    },

    /**
     * Changes an assignment to what `change` makes of its present values, and moves it to `position` if given. The edit
     * is recorded.
     * @throws ASSIGNMENT_NOT_FOUND, and the errors of `change`
     */
    async update(
      id: string,
      position: number | undefined,
      change: (present: Assignment) => Assignment,
      by: EditBy,
    ): Promise<Assignment> {
      return await database.transaction(async (tx) => {
        const found = await tx.assignment.findUnique({ where: { id } });
        if (!found) throw fault('ASSIGNMENT_NOT_FOUND');
        const present = toAssignment(found);
        const next = change(present);
        const row = await tx.assignment.update({ where: { id }, data: toAssignmentRow(next) });
        await recordEdit(tx, present, next, by);
        return toAssignment(position === undefined ? row : await move(tx, row, position));
      });
    },

    /** Returns false if there is no such assignment. @throws ASSIGNMENT_HAS_WORK */
    async delete(id: string): Promise<boolean> {
      const remove = database.transaction(async (tx) => {
        const present = await tx.assignment.findUnique({ where: { id } });
        if (!present) return false;
        await forgetStarts(tx, [id]);
        if (await hasGiven(tx, present.courseId, { id })) throw fault('ASSIGNMENT_HAS_WORK');
        await tx.assignment.delete({ where: { id } });
        await shift(tx, present.courseId, { gt: present.position }, -1);
        return true;
      });
      return await remove.catch(whenUsed('ASSIGNMENT_HAS_WORK'));
    },

    /** Returns the ids of the assignments of courses that are not archived: all, or those of the latest version of a lab. */
    async present({ unpinned = false }: { unpinned?: boolean } = {}): Promise<string[]> {
      const where = {
        ...(unpinned && { labVersion: null }),
        course: { state: { not: 'archived' as const } },
      };
      return (await client.assignment.findMany({ where, select: { id: true } })).map(({ id }) => id);
    },

    /** Lists the overrides of an assignment, oldest first. */
    async overrides(assignmentId: string): Promise<AssignmentOverride[]> {
      const rows = await client.assignmentOverride.findMany({
        where: { assignmentId },
        orderBy: { id: 'asc' },
      });
      return rows.map(toOverride);
    },

    /** Returns the overrides of assignments for these members and sections. */
    async overridesOf(
      assignmentIds: readonly string[],
      of: { memberIds: readonly string[]; sectionIds: readonly string[] },
    ): Promise<AssignmentOverride[]> {
      const rows = await client.assignmentOverride.findMany({
        where: {
          assignmentId: { in: [...assignmentIds] },
          OR: [{ memberId: { in: [...of.memberIds] } }, { sectionId: { in: [...of.sectionIds] } }],
        },
      });
      return rows.map(toOverride);
    },

    async findOverride(id: string): Promise<AssignmentOverride | undefined> {
      const row = await client.assignmentOverride.findUnique({ where: { id } });
      return row ? toOverride(row) : undefined;
    },

    /**
     * Sets the override of its member or section, and keeps the id of an earlier one.
     * @throws ASSIGNMENT_NOT_FOUND if it, the member or the section was deleted meanwhile
     */
    async putOverride(override: AssignmentOverride, by: EditBy): Promise<AssignmentOverride> {
      const { assignmentId, memberId = null, sectionId = null } = override;
      const row = {
        ...override,
        memberId,
        sectionId,
        opensAt: override.opensAt ?? null,
        dueAt: override.dueAt ?? null,
        closesAt: override.closesAt ?? null,
        attempts: override.attempts ?? null,
        timeFactor: override.timeFactor ?? null,
        extraMinutes: override.extraMinutes ?? null,
      };
      const put = database.transaction(async (tx) => {
        const known = await tx.assignmentOverride.findFirst({ where: { assignmentId, memberId, sectionId } });
        const data = { ...row, id: known?.id ?? row.id };
        const where = { id: data.id };
        const put = await tx.assignmentOverride.upsert({ where, create: data, update: data });
        const change = { before: known ? toOverride(known) : undefined, after: toOverride(put) };
        await recordOverride(tx, change, by);
        return change.after;
      });
      return await put.catch(whenGone('ASSIGNMENT_NOT_FOUND'));
    },

    deleteOverride(id: string, by: EditBy): Promise<boolean> {
      return database.transaction(async (tx) => {
        const row = await tx.assignmentOverride.findUnique({ where: { id } });
        if (!row) return false;
        await tx.assignmentOverride.delete({ where: { id } });
        await recordOverride(tx, { before: toOverride(row), after: undefined }, by);
        return true;
      });
    },

    /** Lists the last edits of an assignment and its overrides, newest first. */
    edits: (assignmentId: string) => listEdits(database, assignmentId),
  };
}

/** Lists the versions of labs that assignments are pinned to, which must be kept. */
export async function pinnedVersions({ client }: Database): Promise<{ slug: string; version: string }[]> {
  const rows = await client.assignment.findMany({
    where: { labVersion: { not: null } },
    select: { labSlug: true, labVersion: true },
    distinct: ['labSlug', 'labVersion'],
  });
  return rows.flatMap(({ labSlug: slug, labVersion: version }) =>
    version === null ? [] : [{ slug, version }],
  );
}

/** Returns whether members of a course have given points in these of its assignments. */
export async function hasGiven(
  tx: Transaction,
  courseId: string,
  assignment: { id?: string } = {},
): Promise<boolean> {
  const count = await tx.grade.count({
    where: {
      givenPoints: { not: null },
      assignment: { courseId, ...assignment },
      learner: { memberships: { some: { courseId } } },
    },
  });
  return count > 0;
}

/**
 * Forgets who started assignments, but never got a machine. The database refuses to delete an assignment while others have
 * worked on it.
 */
export async function forgetStarts(tx: Transaction, assignmentIds: readonly string[]): Promise<void> {
  await tx.assignmentWork.deleteMany({
    where: { assignmentId: { in: [...assignmentIds] }, runs: 0 },
  });
}

const byPosition: { position?: 'asc'; id?: 'asc' }[] = [{ position: 'asc' }, { id: 'asc' }];

/** Moves an assignment, or to the end if the position is beyond it. Positions have no gaps before and after. */
async function move(tx: Transaction, row: AssignmentRow, wanted: number): Promise<AssignmentRow> {
  const { id, courseId, position: from } = row;
  const to = Math.min(wanted, (await tx.assignment.count({ where: { courseId } })) - 1);
  if (to > from) await shift(tx, courseId, { gt: from, lte: to }, -1);
  else if (to < from) await shift(tx, courseId, { gte: to, lt: from }, 1);
  return await tx.assignment.update({ where: { id }, data: { position: to } });
}

async function shift(
  tx: Transaction,
  courseId: string,
  position: { gt?: number; gte?: number; lt?: number; lte?: number },
  by: number,
): Promise<void> {
  await tx.assignment.updateMany({ where: { courseId, position }, data: { position: { increment: by } } });
}

export function toAssignmentRow(assignment: Assignment): AssignmentRow {
  const { labVersion = null, opensAt = null, dueAt = null, closesAt = null } = assignment;
  const { attempts = null, timeLimitMinutes = null } = assignment;
  return { ...assignment, labVersion, opensAt, dueAt, closesAt, attempts, timeLimitMinutes };
}

function toAssignment(row: AssignmentRow): Assignment {
  return {
    ...row,
    labVersion: row.labVersion ?? undefined,
    opensAt: row.opensAt ?? undefined,
    dueAt: row.dueAt ?? undefined,
    closesAt: row.closesAt ?? undefined,
    attempts: row.attempts ?? undefined,
    timeLimitMinutes: row.timeLimitMinutes ?? undefined,
  };
}

function toOverride(row: OverrideRow): AssignmentOverride {
  return {
    ...row,
    memberId: row.memberId ?? undefined,
    sectionId: row.sectionId ?? undefined,
    opensAt: row.opensAt ?? undefined,
    dueAt: row.dueAt ?? undefined,
    closesAt: row.closesAt ?? undefined,
    attempts: row.attempts ?? undefined,
    timeFactor: row.timeFactor ?? undefined,
    extraMinutes: row.extraMinutes ?? undefined,
  };
}
