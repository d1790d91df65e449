import type { Database } from '../../infra/database/database.ts';
import { isUniqueViolation, whenGone, whenUsed } from '../../infra/database/database-errors.ts';
import type {
  Course as CourseRow,
  CourseSection as SectionRow,
} from '../../infra/database/generated/sqlite/client.ts';
import { fault } from '../../core/errors.ts';
import { staffRoles } from '../identity/policy.ts';
import type { CourseRole } from '../identity/policy.ts';
import type { Course, CourseChange, CourseSection, CourseState } from './course.ts';
import { forgetStarts, hasGiven, toAssignmentRow } from './assignment-store.ts';
import type { Assignment } from './assignment.ts';
import { movedBy, toMember } from './member-store.ts';
import type { ChangedBy } from './member-store.ts';
import type { CourseMember } from './member.ts';

export type CourseStore = ReturnType<typeof createCourseStore>;

/** Stores courses and their sections. */
export function createCourseStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    async find(id: string): Promise<Course | undefined> {
      const row = await client.course.findUnique({ where: { id } });
      return row ? toCourse(row) : undefined;
    },

    /** Returns the existing courses of `ids`, in no particular order. */
    async findMany(ids: readonly string[]): Promise<Course[]> {
      return (await client.course.findMany({ where: { id: { in: [...ids] } } })).map(toCourse);
    },

    /** Returns the roles of a user in those of the courses that the user is an active member of. */
    async rolesOf(userId: string, courseIds: readonly string[]): Promise<Map<string, CourseRole>> {
      const rows = await client.courseMember.findMany({
        where: { userId, active: true, courseId: { in: [...courseIds] } },
        select: { courseId: true, role: true },
      });
      return new Map(rows.map(({ courseId, role }) => [courseId, role]));
    },

    /**
     * Returns a page of courses, newest first: those that `userId` is an active member of, except drafts in which they
     * do not teach. Without `userId`, all.
     */
    async list(
      filter: { userId?: string | undefined; state?: CourseState | undefined },
      window: { take: number; after: string | undefined },
    ): Promise<Course[]> {
      const { userId, state } = filter;
      const member = { userId, active: true };
      const rows = await client.course.findMany({
        where: {
          ...(state && { state }),
          ...(window.after && { id: { lt: window.after } }),
          ...(userId !== undefined && {
            OR: [
              { state: { not: 'draft' }, members: { some: member } },
              { members: { some: { ...member, role: { in: [...staffRoles] } } } },
            ],
          }),
        },
        orderBy: { id: 'desc' },
        take: window.take,
      });
      return rows.map(toCourse);
    },

    /** Inserts a course with its first member and its assignments. */
    async insert(course: Course, first: CourseMember, assignments: readonly Assignment[]): Promise<void> {
      await database.transaction(async (tx) => {
        await tx.course.create({ data: { ...course, collection: course.collection ?? null } });
        await tx.courseMember.create({ data: { ...first, sectionId: first.sectionId ?? null } });
        await tx.assignment.createMany({ data: assignments.map(toAssignmentRow) });
      });
    },

    /** @throws COURSE_NOT_FOUND */
    async update(id: string, change: CourseChange, now: Date): Promise<Course> {
      const { count } = await client.course.updateMany({
        where: { id },
        data: {
          ...(change.title !== undefined && { title: change.title }),
          ...(change.code !== undefined && { code: change.code }),
          ...(change.term !== undefined && { term: change.term }),
          ...(change.timeZone !== undefined && { timeZone: change.timeZone }),
          ...(change.recorded !== undefined && { recorded: change.recorded }),
          ...(change.state !== undefined && { state: change.state }),
          updatedAt: now,
        },
      });
      const course = count > 0 ? await this.find(id) : undefined;
      if (!course) throw fault('COURSE_NOT_FOUND');
      return course;
    },

    /** Returns false if there is no such course. @throws COURSE_HAS_WORK */
    async delete(id: string): Promise<boolean> {
      const remove = database.transaction(async (tx) => {
        const assignments = await tx.assignment.findMany({ where: { courseId: id }, select: { id: true } });
        await forgetStarts(
          tx,
          assignments.map((assignment) => assignment.id),
        );
        if (await hasGiven(tx, id)) throw fault('COURSE_HAS_WORK');
        return (await tx.course.deleteMany({ where: { id } })).count > 0;
      });
      return await remove.catch(whenUsed('COURSE_HAS_WORK'));
    },

    async sections(courseId: string): Promise<CourseSection[]> {
      return await client.courseSection.findMany({ where: { courseId }, orderBy: { name: 'asc' } });
    },

    async findSection(id: string): Promise<CourseSection | undefined> {
      return (await client.courseSection.findUnique({ where: { id } })) ?? undefined;
    },

    /** Requires that a section belongs to the course. Does nothing without a section. @throws SECTION_NOT_FOUND */
    async requireSection(courseId: string, id: string | null | undefined): Promise<void> {
      if (id === undefined || id === null) return;
      if ((await this.findSection(id))?.courseId !== courseId) throw fault('SECTION_NOT_FOUND');
    },

    /** @throws SECTION_NAME_TAKEN, INPUT_INVALID if the course has `limit` sections */
    async insertSection(section: SectionRow, limit: number): Promise<void> {
      const { courseId, name } = section;
      await database
        .transaction(async (tx) => {
          if ((await tx.courseSection.count({ where: { courseId } })) >= limit)
            throw fault('INPUT_INVALID', { problem: `A course has at most ${limit} sections.` });
          await tx.courseSection.create({ data: section });
        })
        .catch(whenGone('COURSE_NOT_FOUND'))
        .catch(nameTaken(name));
    },

    /** @throws SECTION_NOT_FOUND, SECTION_NAME_TAKEN */
    async renameSection(id: string, name: string): Promise<CourseSection> {
      const { count } = await client.courseSection
        .updateMany({ where: { id }, data: { name } })
        .catch(nameTaken(name));
      const section = count > 0 ? await this.findSection(id) : undefined;
      if (!section) throw fault('SECTION_NOT_FOUND');
      return section;
    },

    async deleteSection(id: string, by: ChangedBy): Promise<boolean> {
      return await database.transaction(async (tx) => {
        await tx.courseMember.updateMany({ where: { sectionId: id }, data: movedBy(by) });
        return (await tx.courseSection.deleteMany({ where: { id } })).count > 0;
      });
    },

    /** Returns the memberships of a user in courses, active or not. */
    async memberships(userId: string, courseIds: readonly string[]): Promise<CourseMember[]> {
      const where = { userId, courseId: { in: [...courseIds] } };
      return (await client.courseMember.findMany({ where })).map(toMember);
    },
  };
}

function nameTaken(name: string) {
  return (error: unknown): never => {
    throw isUniqueViolation(error, 'name') ? fault('SECTION_NAME_TAKEN', { name }, error) : error;
  };
}

function toCourse(row: CourseRow): Course {
  return { ...row, collection: row.collection ?? undefined };
}
