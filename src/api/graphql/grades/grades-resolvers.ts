import { fromGlobalId } from '../../shared/global-id.ts';
import { pageOf } from '../base/connection.ts';
import { changeOf } from '../courses/assignments-resolvers.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const gradesResolvers = {
  GradeCause: { WORK: 'work', TERMS: 'terms', GIVEN: 'given', WITHDRAWN: 'withdrawn' },
  Grade: {
    assignment: ({ assignmentId }, _, { loaders }) => loaders.assignment(assignmentId),
    changes: ({ assignmentId, learnerId }, _, { services, actor }) =>
      services.grades.changes(actor, assignmentId, learnerId),
  },
  GradedStep: { id: ({ stepId }) => stepId },
  GivenPoints: { by: ({ byId }, _, { loaders }) => loaders.user(byId) },
  GradeChange: { by: ({ byId }, _, { loaders }) => (byId === undefined ? null : loaders.user(byId)) },
  GradePreview: { learner: ({ learnerId }, _, { loaders }) => loaders.user(learnerId) },
  GradebookConnection: {
    edges: ({ rows }) => rows.items,
    pageInfo: ({ rows }) => rows,
  },
  Course: {
    gradebook: ({ id }, args, { services, actor }) => services.grades.gradebook(actor, id, pageOf(args)),
  },
  Assignment: {
    grade: ({ id }, _, { loaders }) => loaders.grade(id),
    preview: ({ id }, { terms }, { services, actor }) => services.grades.preview(actor, id, changeOf(terms)),
  },
  Mutation: {
    async giveGrade(_, { input: { assignment, member, points, reason } }, { services, actor }) {
      const [id, memberId] = [fromGlobalId('Assignment', assignment), fromGlobalId('CourseMember', member)];
      return { grade: await services.grades.give(actor, id, memberId, { points, reason }) };
    },
    async withdrawGrade(_, { input: { assignment, member, reason } }, { services, actor }) {
      const [id, memberId] = [fromGlobalId('Assignment', assignment), fromGlobalId('CourseMember', member)];
      return { grade: await services.grades.withdraw(actor, id, memberId, reason) };
    },
  },
} satisfies Resolvers;
