import { fault, isFault } from '../../core/errors.ts';
import type { Actor } from '../identity/actor.ts';
import type { CourseAction } from '../identity/policy.ts';
import type { AssignmentStore } from './assignment-store.ts';
import type { Assignment } from './assignment.ts';
import { requireScopeFor } from './course-access.ts';
import type { CourseAccess, EnteredCourse } from './course-access.ts';

/** An assignment of a course that the actor may see. */
export type EnteredAssignment = EnteredCourse & { assignment: Assignment };

export type AssignmentAccess = ReturnType<typeof createAssignmentAccess>;

/** Creates the authorisation of actions on assignments. One that the actor may not see does not exist for them. */
export function createAssignmentAccess(options: {
  assignments: Pick<AssignmentStore, 'find'>;
  access: CourseAccess;
}) {
  const { assignments, access } = options;

  /** @throws UNAUTHENTICATED, FORBIDDEN, ASSIGNMENT_NOT_FOUND, COURSE_ARCHIVED */
  return async function requireAssignment(
    actor: Actor | undefined,
    action: CourseAction,
    id: string,
  ): Promise<EnteredAssignment> {
    requireScopeFor(action, actor);
    const assignment = await assignments.find(id);
    if (!assignment) throw fault('ASSIGNMENT_NOT_FOUND');
    const entered = await access.enter(actor, action, assignment.courseId).catch((error: unknown) => {
      throw isFault(error, 'COURSE_NOT_FOUND') ? fault('ASSIGNMENT_NOT_FOUND') : error;
    });
    if (!assignment.visible && !entered.may('assignments.inspect')) throw fault('ASSIGNMENT_NOT_FOUND');
    entered.demand(action);
    return { ...entered, assignment };
  };
}
