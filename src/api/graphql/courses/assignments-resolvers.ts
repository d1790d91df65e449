import { fault } from '../../../core/errors.ts';
import type { AssignmentChange } from '../../../domains/courses/assignment.ts';
import { onlyTries } from '../../../domains/identity/policy.ts';
import { inLanguage } from '../../../domains/labs/localized-text.ts';
import { fromGlobalId, toGlobalId } from '../../shared/global-id.ts';
import { given } from '../base/connection.ts';
import { personIn } from './help-resolvers.ts';
import type {
  AssignmentInput,
  MutationResolvers,
  Resolvers,
  SetOverrideInput,
} from '../generated/resolver-types.ts';

const assignmentMutations = {
  async createAssignment(_, { input: { course, lab, terms } }, { services, actor }) {
    const courseId = fromGlobalId('Course', course);
    return { assignment: await services.assignments.create(actor, courseId, lab, changeOf(terms)) };
  },

  async updateAssignment(_, { input: { assignment, terms, reason } }, { services, actor }) {
    const id = fromGlobalId('Assignment', assignment);
    return { assignment: await services.assignments.update(actor, id, changeOf(terms), given(reason)) };
  },

  async deleteAssignment(_, { input: { assignment } }, { services, actor }) {
    const deleted = await services.assignments.delete(actor, fromGlobalId('Assignment', assignment));
    return { deletedId: deleted ? assignment : null };
  },

  async setOverride(_, { input }, { services, actor }) {
    const why = given(input.reason);
    return { override: await services.assignments.setOverride(actor, ...overrideOf(input), why) };
  },

  async removeOverride(_, { input: { override, reason } }, { services, actor }) {
    const id = fromGlobalId('AssignmentOverride', override);
    const removed = await services.assignments.removeOverride(actor, id, given(reason));
    return { removedId: removed ? override : null };
  },
} satisfies MutationResolvers;

/**
 * Returns the arguments of `setOverride`: the assignment's id, the member or the section, and the terms.
 * @throws INPUT_INVALID unless exactly one of member and section is set; "not found" errors for other ids
 */
export function overrideOf({ assignment, member, section, ...terms }: SetOverrideInput) {
  const overridden = {
    opensAt: given(terms.opensAt),
    dueAt: given(terms.dueAt),
    closesAt: given(terms.closesAt),
    attempts: given(terms.attempts),
    timeFactor: given(terms.timeFactor),
    extraMinutes: given(terms.extraMinutes),
  };
  return [fromGlobalId('Assignment', assignment), subjectOf(member, section), overridden] as const;
}

/** Null removes a value if it can be absent, and is ignored otherwise. */
export function changeOf(terms: AssignmentInput): AssignmentChange {
  return {
    title: given(terms.title),
    visible: given(terms.visible),
    gradesVisible: given(terms.gradesVisible),
    pinned: given(terms.pinned),
    opensAt: terms.opensAt,
    dueAt: terms.dueAt,
    closesAt: terms.closesAt,
    points: given(terms.points),
    attempts: terms.attempts,
    counts: given(terms.counts),
    latePercentPerDay: given(terms.latePercentPerDay),
    lateFloorPercent: given(terms.lateFloorPercent),
    graceMinutes: given(terms.graceMinutes),
    timeLimitMinutes: terms.timeLimitMinutes,
    position: given(terms.position),
  };
}

function subjectOf(member: string | null | undefined, section: string | null | undefined) {
  if (member && !section) return { memberId: fromGlobalId('CourseMember', member) };
  if (section && !member) return { sectionId: fromGlobalId('CourseSection', section) };
  throw fault('INPUT_INVALID', { problem: 'Set exactly one of "member" and "section".' });
}

export const assignmentsResolvers = {
  CountedAttempt: { BEST: 'best', LAST: 'last' },
  Assignment: {
    id: (assignment) => toGlobalId('Assignment', assignment.id),
    async course({ courseId }, _, { loaders }) {
      const course = await loaders.course(courseId);
      if (!course) throw fault('COURSE_NOT_FOUND');
      return course;
    },
    lab: ({ labSlug, labVersion }, _, { loaders }) => loaders.lab(labSlug, labVersion),
    title({ title, labSlug, labVersion }, { language }, { loaders }) {
      const lab = loaders.lab(labSlug, labVersion);
      return title || (lab ? inLanguage(lab.title, language) : labSlug);
    },
    async terms({ id }, _, { loaders }) {
      const terms = await loaders.terms(id);
      if (!terms) throw fault('ASSIGNMENT_NOT_FOUND');
      return terms;
    },
    async progress({ id, labSlug, courseId }, _, { loaders, actor }) {
      const run = onlyTries(await loaders.courseRole(courseId)) ? 0 : undefined;
      return loaders.progress({ learnerId: actor?.userId ?? '', lab: labSlug, assignmentId: id, run });
    },
    overrides: ({ id }, _, { services, actor }) => services.assignments.overrides(actor, id),
    edits: ({ id }, _, { services, actor }) => services.assignments.edits(actor, id),
  },
  AssignmentEdit: {
    member: ({ memberId }) => (memberId === undefined ? null : toGlobalId('CourseMember', memberId)),
    section: ({ sectionId }) => (sectionId === undefined ? null : toGlobalId('CourseSection', sectionId)),
    by: ({ assignmentId, byId }, _, { loaders }) => personIn(assignmentId, byId, loaders),
  },
  AssignmentOverride: {
    id: (override) => toGlobalId('AssignmentOverride', override.id),
    member: ({ memberId }) => (memberId === undefined ? null : toGlobalId('CourseMember', memberId)),
    section: ({ sectionId }) => (sectionId === undefined ? null : toGlobalId('CourseSection', sectionId)),
  },
  Course: { assignments: (course, _, { services, actor }) => services.assignments.list(actor, course.id) },
  Query: {
    assignment: (_, { id }, { services, actor }) =>
      services.assignments.get(actor, fromGlobalId('Assignment', id)),
  },
  Mutation: assignmentMutations,
} satisfies Resolvers;
