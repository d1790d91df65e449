import { batches } from '../../core/paging.ts';
import { fault } from '../../core/errors.ts';
import { whenGone } from '../../infra/database/database-errors.ts';
import type { Database, Transaction } from '../../infra/database/database.ts';
import type { CourseMember as MemberRow } from '../../infra/database/generated/sqlite/client.ts';
import type { CourseRole } from '../identity/policy.ts';
import type { CourseMember, MemberFilter } from './member.ts';

/** Changes to a member; absent values stay. */
interface MemberChange {
  role?: CourseRole | undefined;
  sectionId?: string | null | undefined;
  active?: boolean | undefined;
}

/** Who changes members, and when. */
export interface ChangedBy {
  byId: string;
  at: Date;
}

/** The condition for instructors who can work in their course. */
const canTeach = { role: 'instructor', active: true, user: { disabledAt: null } } as const;

export type MemberStore = ReturnType<typeof createMemberStore>;

/** Stores who is in which course. Changes of members leave an active instructor whose account is not disabled. */
export function createMemberStore({ database }: { database: Database }) {
  const { client } = database;
  // SQLite's LIKE is case-insensitive by default; PostgreSQL needs the mode.
  const anyCase = database.provider === 'postgresql' && { mode: 'insensitive' as const };

  return {
    async find(id: string): Promise<CourseMember | undefined> {
      const row = await client.courseMember.findUnique({ where: { id } });
      return row ? toMember(row) : undefined;
    },

    /** Returns a page of members by id, which means oldest first. */
    async list(
      courseId: string,
      { role, sectionId, active, search }: MemberFilter,
      window: { take: number; after: string | undefined },
    ): Promise<CourseMember[]> {
      const contains = search && { contains: search, ...anyCase };
      const rows = await client.courseMember.findMany({
        where: {
          courseId,
          ...(role && { role }),
          ...(sectionId !== undefined && { sectionId }),
          ...(active !== undefined && { active }),
          ...(contains && { user: { OR: [{ name: contains }, { email: contains }] } }),
          ...(window.after && { id: { gt: window.after } }),
        },
        orderBy: { id: 'asc' },
        take: window.take,
      });
      return rows.map(toMember);
    },

    /** Returns the memberships of users in a course, active or not. */
    async ofUsers(courseId: string, userIds: readonly string[]): Promise<CourseMember[]> {
      const found: CourseMember[] = [];
      for (const ids of batches(userIds)) {
        const rows = await client.courseMember.findMany({ where: { courseId, userId: { in: ids } } });
        found.push(...rows.map(toMember));
      }
      return found;
    },

    /** Returns the active instructors of a course whose accounts are not disabled. */
    async instructors(courseId: string): Promise<CourseMember[]> {
      return (await client.courseMember.findMany({ where: { courseId, ...canTeach } })).map(toMember);
    },

    /**
     * Adds members, and gives those who are there already the role, the section if there is one, and access. Each batch
     * is one transaction.
     * @throws LAST_INSTRUCTOR, COURSE_NOT_FOUND if the course was deleted meanwhile
     */
    async putAll(
      courseId: string,
      members: readonly Pick<CourseMember, 'id' | 'userId' | 'role' | 'sectionId'>[],
      common: Pick<CourseMember, 'source' | 'createdAt'>,
      byId: string,
    ): Promise<void> {
      const by = { byId, at: common.createdAt };
      for (const batch of batches(members)) {
        const put = database.transaction(async (tx) => {
          const userIds = batch.map(({ userId }) => userId);
          const rows = await tx.courseMember.findMany({ where: { courseId, userId: { in: userIds } } });
          const known = new Map(rows.map((row) => [row.userId, row]));
          const added = batch.filter(({ userId }) => !known.has(userId));
          await tx.courseMember.createMany({
            data: added.map((member) => ({
              ...member,
              ...common,
              ...movedBy(by),
              courseId,
              sectionId: member.sectionId ?? null,
            })),
          });
          for (const { userId, role, sectionId } of batch) {
            const row = known.get(userId);
            const stays =
              row?.active && row.role === role && (sectionId === undefined || row.sectionId === sectionId);
            if (row && !stays) await changeMember(tx, row, { role, sectionId, active: true }, by);
          }
        });
        await put.catch(whenGone('COURSE_NOT_FOUND'));
      }
    },

    /**
     * Adds a member, by default a learner. If the user is one already, gives them access, and the role and section if
     * given.
     * @throws LAST_INSTRUCTOR, COURSE_NOT_FOUND if the course was deleted meanwhile
     */
    async upsert(
      member: Omit<CourseMember, 'role' | 'sectionId' | 'active'>,
      given: Pick<MemberChange, 'role' | 'sectionId'>,
      byId: string,
    ): Promise<CourseMember> {
      const { courseId, userId } = member;
      const put = database.transaction(async (tx) => {
        const known = await tx.courseMember.findUnique({ where: { courseId_userId: { courseId, userId } } });
        const by = { byId, at: member.createdAt };
        if (known) return await changeMember(tx, known, { ...given, active: true }, by);
        const { role = 'learner', sectionId = null } = given;
        const row = { ...member, role, sectionId, active: true, ...movedBy(by) };
        return toMember(await tx.courseMember.create({ data: row }));
      });
      return await put.catch(whenGone('COURSE_NOT_FOUND'));
    },

    /** @throws MEMBER_NOT_FOUND, LAST_INSTRUCTOR */
    async update(id: string, change: MemberChange, by: ChangedBy): Promise<CourseMember> {
      return await database.transaction(async (tx) => {
        const known = await tx.courseMember.findUnique({ where: { id } });
        if (!known) throw fault('MEMBER_NOT_FOUND');
        return await changeMember(tx, known, change, by);
      });
    },

    /** Returns false if there is no such member. @throws LAST_INSTRUCTOR */
    async delete(id: string): Promise<boolean> {
      return await database.transaction(async (tx) => {
        const known = await tx.courseMember.findUnique({ where: { id } });
        if (!known) return false;
        if (isActiveInstructor(known)) await requireAnotherInstructor(tx, known);
        await tx.courseMember.delete({ where: { id } });
        return true;
      });
    },
  };
}

async function changeMember(
  tx: Transaction,
  known: MemberRow,
  change: MemberChange,
  by: ChangedBy,
): Promise<CourseMember> {
  const next = {
    role: change.role ?? known.role,
    sectionId: change.sectionId === undefined ? known.sectionId : change.sectionId,
    active: change.active ?? known.active,
  };
  if (isActiveInstructor(known) && !isActiveInstructor(next)) await requireAnotherInstructor(tx, known);
  return toMember(
    await tx.courseMember.update({
      where: { id: known.id },
      data: { ...next, ...(next.sectionId !== known.sectionId && movedBy(by)) },
    }),
  );
}

/**
 * Returns the columns of a member whom somebody adds, moves to another section, or takes out of one. A learner may have
 * grades from before they were removed.
 */
export const movedBy = ({ byId, at }: ChangedBy) => ({ movedAt: at, movedById: byId });

function isActiveInstructor({ role, active }: Pick<MemberRow, 'role' | 'active'>): boolean {
  return role === 'instructor' && active;
}

async function requireAnotherInstructor(tx: Transaction, { id, courseId }: MemberRow): Promise<void> {
  const others = await tx.courseMember.count({
    where: { courseId, id: { not: id }, ...canTeach },
  });
  if (others === 0) throw fault('LAST_INSTRUCTOR');
}

export function toMember({ movedAt: _at, movedById: _byId, ...row }: MemberRow): CourseMember {
  return { ...row, sectionId: row.sectionId ?? undefined };
}
