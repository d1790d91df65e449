import type { Clock } from '../../core/clock.ts';
import { fault, isFault } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { pageWindow, toPage } from '../../core/paging.ts';
import { requireActor } from '../identity/actor.ts';
import { can } from '../identity/policy.ts';
import { ASSIGNMENT_LIMIT, newAssignment } from './assignment-service.ts';
import type { AssignmentStore } from './assignment-store.ts';
import type { CourseAccess } from './course-access.ts';
import { copiedAssignments, SHIFT_LIMIT_DAYS } from './course-copy.ts';
import { readLine, readTimeZone } from './course-input.ts';
import type { CourseStore } from './course-store.ts';
import type { Course, CourseService } from './course.ts';
import type { CourseMember } from './member.ts';

/** Maximum number of sections of a course: more than groups that anybody teaches. */
export const SECTION_LIMIT = 200;

export interface CourseServiceOptions {
  courses: CourseStore;
  assignments: Pick<AssignmentStore, 'list'>;
  access: CourseAccess;
  /** Returns the labs of a collection in its order; none if there is no such collection. */
  labsOf: (collection: string) => string[];
  /** Time zone of courses that set none. */
  timeZone: string;
  /** Called when what applies to the members of a course has changed. */
  onChanged: (courseId: string) => void;
  /** Called before a course is archived, to finish what must not change afterwards. */
  beforeArchive: (courseId: string) => Promise<void>;
  clock: Clock;
}

export function createCourseService(options: CourseServiceOptions): CourseService {
  const { courses, assignments, access, labsOf, onChanged, clock } = options;

  /**
   * Authorises a change of a section, and returns its course. For people outside the course, the section does not exist.
   * @throws UNAUTHENTICATED, FORBIDDEN, SECTION_NOT_FOUND, COURSE_ARCHIVED
   */
  async function authorizeSection(actor: Parameters<CourseAccess['require']>[0], id: string) {
    requireActor(actor, { scope: 'manage' });
    const section = await courses.findSection(id);
    if (!section) throw fault('SECTION_NOT_FOUND');
    await access.require(actor, 'members.change', section.courseId).catch((error: unknown) => {
      throw isFault(error, 'COURSE_NOT_FOUND') ? fault('SECTION_NOT_FOUND') : error;
    });
    return { courseId: section.courseId, actor };
  }

  return {
    async create(actor, input) {
      requireActor(actor, { scope: 'manage', role: 'instructor' });
      const { collection } = input;
      const labs = collection === undefined ? [] : labsOf(collection).slice(0, ASSIGNMENT_LIMIT);
      if (collection !== undefined && labs.length === 0) throw fault('COLLECTION_NOT_FOUND', { collection });
      const now = clock.now();
      const course: Course = {
        id: newId(now),
        title: readLine('A title', input.title, { required: true }),
        code: readLine('A code', input.code ?? ''),
        term: readLine('A term', input.term ?? ''),
        timeZone: readTimeZone(input.timeZone ?? options.timeZone),
        state: input.state ?? 'draft',
        collection,
        recorded: input.recorded ?? false,
        createdById: actor.userId,
        createdAt: now,
        updatedAt: now,
      };
      const first = labs.map((lab, position) => ({ ...newAssignment(course.id, lab, now), position }));
      await courses.insert(course, firstInstructor(course), first);
      return course;
    },

    async copy(actor, id, input) {
      requireActor(actor, { scope: 'manage', role: 'instructor' });
      const { course } = await access.require(actor, 'course.change', id, { archived: true });
      const { title = course.title, code = course.code, term = course.term, shiftDays = 0 } = input;
      if (!Number.isInteger(shiftDays) || Math.abs(shiftDays) > SHIFT_LIMIT_DAYS) {
        const problem = `"shiftDays" is ${shiftDays}, but must be a whole number from -${SHIFT_LIMIT_DAYS} to ${SHIFT_LIMIT_DAYS}.`;
        throw fault('INPUT_INVALID', { problem });
      }
      const now = clock.now();
      const copy: Course = {
        ...course,
        id: newId(now),
        title: readLine('A title', title, { required: true }),
        code: readLine('A code', code),
        term: readLine('A term', term),
        state: 'draft',
        createdById: actor.userId,
        createdAt: now,
        updatedAt: now,
      };
      const terms = { courseId: copy.id, shiftDays, timeZone: course.timeZone, now };
      const copied = await copiedAssignments(await assignments.list(id), terms);
      await courses.insert(copy, firstInstructor(copy), copied);
      return copy;
    },

    get: async (actor, id) => (await access.require(actor, 'course.read', id)).course,

    async getMany(actor, ids) {
      requireActor(actor, { scope: 'read' });
      const [found, roles] = await Promise.all([courses.findMany(ids), courses.rolesOf(actor.userId, ids)]);
      const seen = found.filter(({ id, state }) => can(actor, 'course.read', { role: roles.get(id), state }));
      const byId = new Map(seen.map((course) => [course.id, course]));
      return ids.map((id) => byId.get(id));
    },

    async list(actor, { state }, page) {
      requireActor(actor, { scope: 'read' });
      const userId = actor.role === 'admin' ? undefined : actor.userId;
      return toPage(await courses.list({ userId, state }, pageWindow(page)), page);
    },

    async roles(actor, ids) {
      requireActor(actor, { scope: 'read' });
      const roles = await courses.rolesOf(actor.userId, ids);
      return ids.map((id) => roles.get(id));
    },

    async update(actor, id, change) {
      const { title, code, term, timeZone, recorded, state } = change;
      const others = [title, code, term, timeZone, recorded].some((value) => value !== undefined);
      // An archived course can be opened with other changes, or archived again.
      const archived = state === 'archived' ? !others : state !== undefined;
      await access.require(actor, 'course.change', id, { archived });
      if (state === 'archived') await options.beforeArchive(id);
      const updated = await courses.update(
        id,
        {
          title: title === undefined ? undefined : readLine('A title', title, { required: true }),
          code: code === undefined ? undefined : readLine('A code', code),
          term: term === undefined ? undefined : readLine('A term', term),
          timeZone: timeZone === undefined ? undefined : readTimeZone(timeZone),
          recorded,
          state,
        },
        clock.now(),
      );
      onChanged(id);
      return updated;
    },

    async delete(actor, id) {
      try {
        await access.require(actor, 'course.change', id, { archived: true });
      } catch (error) {
        if (isFault(error, 'COURSE_NOT_FOUND')) return false;
        throw error;
      }
      const deleted = await courses.delete(id);
      if (deleted) onChanged(id);
      return deleted;
    },

    async sections(actor, courseId) {
      await access.require(actor, 'course.read', courseId);
      return await courses.sections(courseId);
    },

    async createSection(actor, courseId, name) {
      await access.require(actor, 'members.change', courseId);
      const section = {
        id: newId(clock.now()),
        courseId,
        name: readLine('A name', name, { required: true }),
      };
      await courses.insertSection(section, SECTION_LIMIT);
      return section;
    },

    async renameSection(actor, id, name) {
      await authorizeSection(actor, id);
      return await courses.renameSection(id, readLine('A name', name, { required: true }));
    },

    async deleteSection(actor, id) {
      let authorized: Awaited<ReturnType<typeof authorizeSection>>;
      try {
        authorized = await authorizeSection(actor, id);
      } catch (error) {
        if (isFault(error, 'SECTION_NOT_FOUND')) return false;
        throw error;
      }
      const { courseId } = authorized;
      const by = { byId: authorized.actor.userId, at: clock.now() };
      const deleted = await courses.deleteSection(id, by);
      onChanged(courseId);
      return deleted;
    },
  };
}

/** Returns the membership of a course's creator. */
function firstInstructor({ id: courseId, createdById: userId, createdAt }: Course): CourseMember {
  const role = 'instructor' as const;
  return {
    id: newId(createdAt),
    courseId,
    userId,
    role,
    sectionId: undefined,
    active: true,
    source: 'manual',
    createdAt,
  };
}
