import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import type { Actor } from '../identity/actor.ts';
import { can, neededFor, onlyTries } from '../identity/policy.ts';
import type { CourseRole } from '../identity/policy.ts';
import type { People } from '../identity/user.ts';
import type { AssignmentStore } from './assignment-store.ts';
import { effectiveTerms } from './assignment-terms.ts';
import type { Assignment, AssignmentTerms } from './assignment.ts';
import type { CourseStore } from './course-store.ts';
import type { Course } from './course.ts';

/** An assignment that somebody may see, and what applies to them. */
export interface KnownAssignment {
  assignment: Assignment;
  course: Course;
  /** The user's role in the course; undefined for an admin who is not a member. */
  role: CourseRole | undefined;
  terms: AssignmentTerms;
}

/** An assignment as it applies to somebody who works on it. */
export interface WorkTerms {
  assignment: Assignment;
  /** What applies to them: only the time limit for staff, who try the assignment. */
  terms: AssignmentTerms;
  /** Whether staff try it, so that the result does not count. */
  isTrial: boolean;
}

/** What sessions and checks ask about assignments. They have authorised the request, and ask for its learner. */
export interface AssignmentRules {
  /**
   * Requires that a learner may work on an assignment now. The staff of the course and admins may at any time, and as
   * often as they want.
   * @throws ASSIGNMENT_NOT_FOUND if they may not see it, COURSE_ARCHIVED, ASSIGNMENT_NOT_OPEN, ASSIGNMENT_CLOSED
   */
  requireOpen(learnerId: string, assignmentId: string): Promise<WorkTerms>;
  /** Returns what applies to a learner, also before and after it; undefined if they may not see the assignment. */
  find(learnerId: string, assignmentId: string): Promise<WorkTerms | undefined>;
  /** Returns the ids of a course's assignments. */
  ofCourse(courseId: string): Promise<string[]>;
  /** Returns assignments by id. */
  byId(assignmentIds: readonly string[]): Promise<Map<string, Assignment>>;
}

export type AssignmentLookup = ReturnType<typeof createAssignmentLookup>;

/**
 * Creates a lookup of assignments with the terms of one user, by id; undefined for those that the user may not see.
 */
export function createAssignmentLookup(stores: { assignments: AssignmentStore; courses: CourseStore }) {
  const { assignments, courses } = stores;

  return async function lookUp(
    actor: Pick<Actor, 'userId' | 'role'>,
    ids: readonly string[],
  ): Promise<(KnownAssignment | undefined)[]> {
    const found = await assignments.findMany(ids);
    const courseIds = [...new Set(found.map(({ courseId }) => courseId))];
    const [of, mine] = await Promise.all([
      courses.findMany(courseIds),
      courses.memberships(actor.userId, courseIds),
    ]);
    const overrides = await assignments.overridesOf(ids, {
      memberIds: mine.map(({ id }) => id),
      sectionIds: mine.flatMap(({ sectionId }) => sectionId ?? []),
    });
    return ids.map((id) => {
      const assignment = found.find((each) => each.id === id);
      const course = of.find((each) => each.id === assignment?.courseId);
      if (!assignment || !course) return undefined;
      const member = mine.find(({ courseId }) => courseId === course.id);
      const role = member?.active ? member.role : undefined;
      const action = assignment.visible ? 'assignments.read' : 'assignments.inspect';
      if (!can(actor, action, { role, state: course.state })) return undefined;
      const its = overrides.filter(({ assignmentId }) => assignmentId === id);
      const terms = effectiveTerms(assignment, {
        member: its.find(({ memberId }) => memberId !== undefined),
        section: its.find(({ sectionId }) => sectionId !== undefined && sectionId === member?.sectionId),
      });
      return { assignment, course, role, terms };
    });
  };
}

export function createAssignmentRules(options: {
  lookUp: AssignmentLookup;
  assignments: Pick<AssignmentStore, 'findMany' | 'list'>;
  people: Pick<People, 'find'>;
  clock: Clock;
}): AssignmentRules {
  const { lookUp, assignments, people, clock } = options;

  async function find(learnerId: string, assignmentId: string) {
    const user = await people.find(learnerId);
    const actor = user && { userId: learnerId, role: user.role };
    const [known] = actor ? await lookUp(actor, [assignmentId]) : [];
    if (!actor || !known) return undefined;
    const isTrial = onlyTries(known.role);
    return { ...known, actor, isTrial, terms: isTrial ? unlimited(known.terms) : known.terms };
  }

  return {
    async requireOpen(learnerId, assignmentId) {
      const known = await find(learnerId, assignmentId);
      if (!known) throw fault('ASSIGNMENT_NOT_FOUND');
      const { assignment, course, role, actor, terms, isTrial } = known;
      if (!can(actor, 'assignments.work', { role, state: course.state })) {
        throw fault('FORBIDDEN', { needed: neededFor('assignments.work') });
      }
      if (course.state === 'archived') throw fault('COURSE_ARCHIVED', { course: course.title });
      requireOpenNow(terms, clock.now());
      return { assignment, terms, isTrial };
    },

    find,

    ofCourse: async (courseId) => (await assignments.list(courseId)).map(({ id }) => id),

    async byId(ids) {
      return new Map((await assignments.findMany(ids)).map((assignment) => [assignment.id, assignment]));
    },
  };
}

function requireOpenNow({ opensAt, closesAt }: AssignmentTerms, now: Date): void {
  if (opensAt && now < opensAt) throw fault('ASSIGNMENT_NOT_OPEN', { opens: opensAt.toISOString() });
  if (closesAt && now >= closesAt) throw fault('ASSIGNMENT_CLOSED', { closed: closesAt.toISOString() });
}

function unlimited({ dueAt, timeLimitMinutes }: AssignmentTerms): AssignmentTerms {
  return { opensAt: undefined, dueAt, closesAt: undefined, attempts: undefined, timeLimitMinutes };
}
