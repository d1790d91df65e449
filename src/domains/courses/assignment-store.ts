import { fault } from '../../core/errors.ts';
import type { Database, Transaction } from '../../infra/database/database.ts';
import type {
  Assignment as AssignmentRow,
  AssignmentOverride as OverrideRow,
} from '../../infra/database/generated/sqlite/client.ts';
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

    /** Adds assignments after the course's others, in this order. @throws INPUT_INVALID if it would have over `limit` */
    async append(courseId: string, assignments: readonly Assignment[], limit: number): Promise<Assignment[]> {
      return await database.transaction(async (tx) => {
        const known = await tx.assignment.count({ where: { courseId } });
        if (known + assignments.length > limit)
          throw fault('INPUT_INVALID', { problem: `A course has at most ${limit} assignments.` });
        const placed = assignments.map((assignment, at) => ({ ...assignment, position: known + at }));
        await tx.assignment.createMany({ data: placed.map(toAssignmentRow) });
        return placed;
      });
    },

    /**
     * Changes an assignment to what `change` makes of its present values, and moves it to `position` if given.
     * @throws ASSIGNMENT_NOT_FOUND, and the errors of `change`
     */
    async update(
      id: string,
      position: number | undefined,
      change: (present: Assignment) => Assignment,
    ): Promise<Assignment> {
      return await database.transaction(async (tx) => {
        const present = await tx.assignment.findUnique({ where: { id } });
        if (!present) throw fault('ASSIGNMENT_NOT_FOUND');
        await tx.assignment.update({ where: { id }, data: toAssignmentRow(change(toAssignment(present))) });
        if (position !== undefined) await move(tx, present, position);
        return toAssignment(await tx.assignment.findUniqueOrThrow({ where: { id } }));
      });
    },

    /** Returns false if there is no such assignment. */
    async delete(id: string): Promise<boolean> {
      return await database.transaction(async (tx) => {
        const present = await tx.assignment.findUnique({ where: { id } });
        if (!present) return false;
        await tx.assignment.delete({ where: { id } });
        await renumber(tx, await idsOf(tx, present.courseId));
        return true;
      });
    },

    /** Lists the overrides of an assignment, oldest first. */
    async overrides(assignmentId: string): Promise<AssignmentOverride[]> {
      const rows = await client.assignmentOverride.findMany({
        where: { assignmentId },
        orderBy: { id: 'asc' },
      });
      return rows.map(toOverride);
    },

    async findOverride(id: string): Promise<AssignmentOverride | undefined> {
      const row = await client.assignmentOverride.findUnique({ where: { id } });
      return row ? toOverride(row) : undefined;
    },

    /** Sets the override of its member or section, and keeps the id of an earlier one. */
    async putOverride(override: AssignmentOverride): Promise<AssignmentOverride> {
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
      return await database.transaction(async (tx) => {
        const known = await tx.assignmentOverride.findFirst({ where: { assignmentId, memberId, sectionId } });
        if (!known) return toOverride(await tx.assignmentOverride.create({ data: row }));
        const data = { ...row, id: known.id };
        return toOverride(await tx.assignmentOverride.update({ where: { id: known.id }, data }));
      });
    },

    async deleteOverride(id: string): Promise<boolean> {
      return (await client.assignmentOverride.deleteMany({ where: { id } })).count > 0;
    },
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

const byPosition: { position?: 'asc'; id?: 'asc' }[] = [{ position: 'asc' }, { id: 'asc' }];

async function idsOf(tx: Transaction, courseId: string): Promise<string[]> {
  const rows = await tx.assignment.findMany({
    where: { courseId },
    orderBy: byPosition,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

async function move(tx: Transaction, { id, courseId }: AssignmentRow, position: number): Promise<void> {
  const others = (await idsOf(tx, courseId)).filter((other) => other !== id);
  await renumber(tx, others.toSpliced(position, 0, id));
}

async function renumber(tx: Transaction, ids: readonly string[]): Promise<void> {
  for (const [position, id] of ids.entries())
    await tx.assignment.updateMany({ where: { id, position: { not: position } }, data: { position } });
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
