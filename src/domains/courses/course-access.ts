import { fault } from '../../core/errors.ts';
import { requireActor } from '../identity/actor.ts';
import type { Actor, Scope } from '../identity/actor.ts';
import { can } from '../identity/policy.ts';
import type { CourseAction } from '../identity/policy.ts';
import type { CourseStore } from './course-store.ts';
import type { Course } from './course.ts';

/** Actions that an archived course still permits. */
const OF_ARCHIVED: ReadonlySet<CourseAction> = new Set([
  'course.read',
  'members.read',
  'assignments.read',
  'assignments.inspect',
]);

/** What the message of a refusal says is needed. */
const NEEDED = {
  'course.read': 'a membership of this course',
  'course.change': 'the role "instructor" in this course',
  'members.read': 'the role "instructor", "assistant" or "observer" in this course',
  'members.change': 'the role "instructor" in this course',
  'assignments.read': 'a membership of this course',
  'assignments.inspect': 'the role "instructor", "assistant" or "observer" in this course',
  'assignments.change': 'the role "instructor" in this course',
  'overrides.change': 'the role "instructor" or "assistant" in this course',
} satisfies Record<CourseAction, string>;

/** Authorises actions in courses. */
export interface CourseAccess {
  /**
   * Returns the course if the actor may do `action` in it.
   * @param archived whether the action is possible in an archived course; default: only reading is
   * @throws UNAUTHENTICATED, COURSE_NOT_FOUND also for a course that the actor may not see, FORBIDDEN, COURSE_ARCHIVED
   */
  require(
    actor: Actor | undefined,
    action: CourseAction,
    courseId: string,
    options?: { archived?: boolean },
  ): Promise<{ course: Course; actor: Actor; may: (action: CourseAction) => boolean }>;
}

export function createCourseAccess({ courses }: { courses: CourseStore }): CourseAccess {
  return {
    async require(actor, action, courseId, { archived = OF_ARCHIVED.has(action) } = {}) {
      const scope: Scope = /\.(read|inspect)$/.test(action) ? 'read' : 'manage';
      requireActor(actor, { scope });
      const [course, roles] = await Promise.all([
        courses.find(courseId),
        courses.rolesOf(actor.userId, [courseId]),
      ]);
      const resource = course && { role: roles.get(courseId), state: course.state };
      if (!course || !resource || !can(actor, 'course.read', resource)) throw fault('COURSE_NOT_FOUND');
      if (!can(actor, action, resource)) throw fault('FORBIDDEN', { needed: NEEDED[action] });
      if (course.state === 'archived' && !archived) throw fault('COURSE_ARCHIVED', { course: course.title });
      return { course, actor, may: (other) => can(actor, other, resource) };
    },
  };
}
