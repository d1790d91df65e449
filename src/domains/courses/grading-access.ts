import { fault } from '../../core/errors.ts';
import type { Actor } from '../identity/actor.ts';
import type { CourseAction } from '../identity/policy.ts';
import type { AssignmentAccess, EnteredAssignment } from './assignment-access.ts';
import type { AssignmentLookup, KnownAssignment } from './assignment-rules.ts';
import type { AssignmentStore } from './assignment-store.ts';
import { effectiveTerms } from './assignment-terms.ts';
import type { Assignment, AssignmentOverride, AssignmentTerms } from './assignment.ts';
import type { CourseAccess, EnteredCourse } from './course-access.ts';
import type { CourseStore } from './course-store.ts';
import type { Course } from './course.ts';
import type { MemberStore } from './member-store.ts';
import type { CourseMember, MemberFilter } from './member.ts';

export type { EnteredAssignment } from './assignment-access.ts';

/** Returns what applies to a member of a course in one of its assignments; to somebody else, the assignment's terms. */
export type TermsOf = (assignment: Assignment, userId: string) => AssignmentTerms;

/** What grades ask about courses. Methods with an actor authorise; the others are for work on behalf of Berth. */
export interface GradingAccess {
  /** Requires that the actor may do this, and returns the course with its assignments in order. */
  course(
    actor: Actor | undefined,
    action: CourseAction,
    courseId: string,
  ): Promise<EnteredCourse & { assignments: Assignment[] }>;
  /** Requires that the actor may do this. @throws ASSIGNMENT_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED */
  assignment(actor: Actor | undefined, action: CourseAction, id: string): Promise<EnteredAssignment>;
  /** Returns assignments that the actor may see, by id; undefined for the others. */
  seen(actor: Actor, ids: readonly string[]): Promise<(KnownAssignment | undefined)[]>;
  /** Returns a member of a course. @throws MEMBER_NOT_FOUND */
  member(courseId: string, memberId: string): Promise<CourseMember>;
  /** Requires that a section belongs to the course. Does nothing without a section. @throws SECTION_NOT_FOUND */
  requireSection(courseId: string, sectionId: string | undefined): Promise<void>;
  /** Returns a page of a course's learners, or of those in a section, by id, active or not. @throws SECTION_NOT_FOUND */
  learners(
    courseId: string,
    window: { take: number; after: string | undefined },
    filter?: Pick<MemberFilter, 'sectionId'>,
  ): Promise<CourseMember[]>;
  /** Returns the memberships of those users who are learners of a course, active or not. */
  learnersAmong(courseId: string, userIds: readonly string[]): Promise<CourseMember[]>;
  /** Returns existing assignments and their courses, in no particular order. */
  find(ids: readonly string[]): Promise<{ assignment: Assignment; course: Course }[]>;
  /** Returns the ids of a course's assignments. */
  assignmentsOf(courseId: string): Promise<string[]>;
  /** Returns the ids of the assignments of courses that are not archived: all, or those of the latest version of a lab. */
  present(filter?: { unpinned: true }): Promise<string[]>;
  /** Returns what applies to these users in these assignments of one course, or would with another override. */
  terms(
    assignments: readonly Assignment[],
    userIds: readonly string[],
    override?: AssignmentOverride,
  ): Promise<TermsOf>;
}

const key = (assignmentId: string, subject: string) => `${assignmentId} ${subject}`;

export function createGradingAccess(options: {
  assignments: AssignmentStore;
  courses: CourseStore;
  members: MemberStore;
  access: CourseAccess;
  assignmentAccess: AssignmentAccess;
  lookUp: AssignmentLookup;
}): GradingAccess {
  const { assignments, courses, members, access, assignmentAccess, lookUp } = options;

  return {
    async course(actor, action, courseId) {
      const entered = await access.require(actor, action, courseId);
      return { ...entered, assignments: await assignments.list(courseId) };
    },
    assignment: assignmentAccess,
    seen: lookUp,

    async member(courseId, memberId) {
      const member = await members.find(memberId);
      if (member?.courseId !== courseId) throw fault('MEMBER_NOT_FOUND');
      return member;
    },

    requireSection: async (courseId, sectionId) => courses.requireSection(courseId, sectionId),

    async learners(courseId, window, { sectionId } = {}) {
      await courses.requireSection(courseId, sectionId);
      return await members.list(courseId, { role: 'learner', sectionId }, window);
    },

    async learnersAmong(courseId, userIds) {
      return (await members.ofUsers(courseId, userIds)).filter(({ role }) => role === 'learner');
    },

    async find(ids) {
      const found = await assignments.findMany(ids);
      const of = await courses.findMany([...new Set(found.map(({ courseId }) => courseId))]);
      return found.flatMap((assignment) => {
        const course = of.find(({ id }) => id === assignment.courseId);
        return course ? [{ assignment, course }] : [];
      });
    },

    assignmentsOf: async (courseId) => (await assignments.list(courseId)).map(({ id }) => id),
    present: assignments.present,

    async terms(of, userIds, another) {
      const [first] = of;
      const found = first ? await members.ofUsers(first.courseId, userIds) : [];
      const overrides = await assignments.overridesOf(
        of.map(({ id }) => id),
        {
          memberIds: found.map(({ id }) => id),
          sectionIds: [...new Set(found.flatMap(({ sectionId }) => sectionId ?? []))],
        },
      );
      const byUser = new Map(found.map((member) => [member.userId, member]));
      const bySubject = new Map(
        [...overrides, ...(another ? [another] : [])].map((each) => [
          key(each.assignmentId, each.memberId ?? each.sectionId ?? ''),
          each,
        ]),
      );
      return (assignment, userId) => {
        const member = byUser.get(userId);
        return effectiveTerms(assignment, {
          member: bySubject.get(key(assignment.id, member?.id ?? '')),
          section: bySubject.get(key(assignment.id, member?.sectionId ?? '')),
        });
      };
    },
  };
}
