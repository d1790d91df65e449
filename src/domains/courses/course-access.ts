import { fault } from '../../core/errors.ts';
import { requireActor } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import { can, isReading, neededFor, scopeFor } from '../identity/policy.ts';
import type { CourseAction } from '../identity/policy.ts';
import type { CourseStore } from './course-store.ts';
import type { Course } from './course.ts';

/** A course that the actor may see. */
export interface EnteredCourse {
  course: Course;
  actor: Actor;
  may(action: CourseAction): boolean;
  /**
   * Refuses the action if the actor may not do it.
   * @param archived whether the action is possible in an archived course; default: only reading is
   * @throws FORBIDDEN, COURSE_ARCHIVED
   */
  demand(action: CourseAction, options?: { archived?: boolean }): void;
}

/** Authorises actions in courses. */
export interface CourseAccess {
  /**
   * Returns the course if the actor may see it. `action` is what the actor wants to do, which decides about the scope.
   * @throws UNAUTHENTICATED, FORBIDDEN without the scope, COURSE_NOT_FOUND also for a course that the actor may not see
   */
  enter(actor: Actor | undefined, action: CourseAction, courseId: string): Promise<EnteredCourse>;
  /** Enters the course, and demands the action. @throws the errors of both */
  require(
    actor: Actor | undefined,
    action: CourseAction,
    courseId: string,
    options?: { archived?: boolean },
  ): Promise<EnteredCourse>;
}

/** Requires the scope that an action in a course needs, before any lookup. @throws UNAUTHENTICATED, FORBIDDEN */
export function requireScopeFor(action: CourseAction, actor: Actor | undefined): asserts actor is Actor {
  requireActor(actor, { scope: scopeFor(action) });
}

export function createCourseAccess({ courses }: { courses: CourseStore }): CourseAccess {
  async function enter(actor: Actor | undefined, action: CourseAction, courseId: string) {
    requireScopeFor(action, actor);
    const [course, roles] = await Promise.all([
      courses.find(courseId),
      courses.rolesOf(actor.userId, [courseId]),
    ]);
    const resource = course && { role: roles.get(courseId), state: course.state };
    if (!course || !resource || !can(actor, 'course.read', resource)) throw fault('COURSE_NOT_FOUND');
    const may = (wanted: CourseAction) => can(actor, wanted, resource);
    const demand: EnteredCourse['demand'] = (wanted, { archived = isReading(wanted) } = {}) => {
      if (!may(wanted)) throw fault('FORBIDDEN', { needed: neededFor(wanted) });
      if (course.state === 'archived' && !archived) throw fault('COURSE_ARCHIVED', { course: course.title });
    };
    return { course, actor, may, demand };
  }

  return {
    enter,
    async require(actor, action, courseId, options) {
      const entered = await enter(actor, action, courseId);
      entered.demand(action, options);
      return entered;
    },
  };
}
