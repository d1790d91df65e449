import type { Database } from '../../infra/database/database.ts';
import { batches } from '../../core/paging.ts';
import type { Role } from './actor.ts';
import { staffRoles } from './policy.ts';
import type { AccessLimits } from './work-access-limits.ts';

export type WorkAccessStore = ReturnType<typeof createWorkAccessStore>;

/** Reads who teaches whom. */
export function createWorkAccessStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Returns the courses in which a user teaches now. */
    async coursesTaughtBy(userId: string): Promise<Omit<AccessLimits, 'students'>> {
      const rows = await client.courseMember.findMany({
        where: { userId, active: true, role: { in: [...staffRoles] } },
        select: { courseId: true, role: true },
      });
      const of = (wanted: string) =>
        rows.flatMap(({ courseId, role }) => (role === wanted ? [courseId] : []));
      return { userId, instructs: of('instructor'), assists: of('assistant') };
    },

    /** Returns the members of the open courses in which a user is instructor; undefined if there are more than `limit`. */
    async studentsOf(userId: string, limit: number): Promise<string[] | undefined> {
      const members = { some: { userId, active: true, role: 'instructor' as const } };
      const rows = await client.courseMember.findMany({
        where: { active: true, course: { state: 'open', members } },
        select: { userId: true },
        take: limit + 1,
      });
      return rows.length > limit ? undefined : rows.map((row) => row.userId);
    },

    /** Returns the role of each user, and whether they are an active member of one of the courses that is open. */
    async learners(
      ids: readonly string[],
      courseIds: readonly string[],
    ): Promise<Map<string, { role: Role; isMember: boolean }>> {
      const found = new Map<string, { role: Role; isMember: boolean }>();
      for (const batch of batches([...new Set(ids)])) {
        const users = await client.user.findMany({
          where: { id: { in: batch } },
          select: {
            id: true,
            role: true,
            memberships: {
              where: { active: true, courseId: { in: [...courseIds] }, course: { state: 'open' } },
              select: { id: true },
              take: 1,
            },
          },
        });
        for (const { id, role, memberships } of users) {
          found.set(id, { role, isMember: memberships.length > 0 });
        }
      }
      return found;
    },

    /**
     * Returns those of the users who are members of one of the courses, or have worked for one, and those whose work
     * `actorId` has copied.
     */
    async peopleAmong(
      ids: readonly string[],
      courseIds: readonly string[],
      actorId: string,
    ): Promise<Set<string>> {
      const found = new Set<string>();
      const ofCourse = { some: { courseId: { in: [...courseIds] } } };
      for (const batch of batches([...new Set(ids)])) {
        const rows = await client.user.findMany({
          where: {
            id: { in: batch },
            OR: [
              { memberships: ofCourse },
              // Somebody whom an instructor removed from the course leaves their work there.
              { sessions: ofCourse },
              { attempts: ofCourse },
              { recordings: ofCourse },
              {
                savedStates: { some: { OR: [{ courseId: { in: [...courseIds] } }, { madeById: actorId }] } },
              },
            ],
          },
          select: { id: true },
        });
        for (const { id } of rows) found.add(id);
      }
      return found;
    },
  };
}
