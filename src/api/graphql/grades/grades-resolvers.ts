import { fromGlobalId } from '../../shared/global-id.ts';
import { connection, sectionPageOf } from '../base/connection.ts';
import type { MatrixRow } from '../../../domains/grades/matrix.ts';
import { follow, SKIPPED } from '../subscriptions/follow.ts';
import { personIn } from '../courses/help-resolvers.ts';
import { changeOf, overrideOf } from '../courses/assignments-resolvers.ts';
import type { Resolvers, SubscriptionResolvers } from '../generated/resolver-types.ts';

/** Maximum number of learners that a slow subscriber can be behind. `matrix` has all. */
const ROWS_LIMIT = 256;

const matrixChanged = {
  resolve: (row: MatrixRow) => row,
  subscribe(_, { assignment }, context) {
    const assignmentId = fromGlobalId('Assignment', assignment);
    const { matrix } = context.services;
    return follow<string, MatrixRow>(context, {
      limit: ROWS_LIMIT,
      listen: (hint) =>
        context.events.listen('check.finished', (event) => {
          if (event.assignmentId === assignmentId) hint(event.learnerId);
        }),
      async first() {
        await matrix.rows(context.actor, assignmentId, { first: 1 });
        return [];
      },
      // The checks of staff who try the assignment have no row.
      read: async (learnerId) => (await matrix.row(context.actor, assignmentId, learnerId)) ?? SKIPPED,
    });
  },
} satisfies SubscriptionResolvers['matrixChanged'];

export const gradesResolvers = {
  GradeCause: { WORK: 'work', TERMS: 'terms', SECTION: 'section', GIVEN: 'given', WITHDRAWN: 'withdrawn' },
  Grade: {
    assignment: ({ assignmentId }, _, { loaders }) => loaders.assignment(assignmentId),
    given: ({ given, assignmentId }) => given && { ...given, assignmentId },
    async changes({ assignmentId, learnerId }, _, { services, actor }) {
      const changes = await services.grades.changes(actor, assignmentId, learnerId);
      return changes.map((change) => ({ ...change, assignmentId }));
    },
  },
  GradedStep: { id: ({ stepId }) => stepId },
  GivenPoints: { by: ({ assignmentId, byId }, _, { loaders }) => personIn(assignmentId, byId, loaders) },
  GradeChange: {
    by: ({ assignmentId, byId }, _, { loaders }) =>
      byId === undefined ? null : personIn(assignmentId, byId, loaders),
  },
  GradePreview: {
    learner: ({ assignmentId, learnerId }, _, { loaders }) => personIn(assignmentId, learnerId, loaders),
  },
  MatrixConnection: connection,
  Subscription: { matrixChanged },
  GradebookConnection: {
    edges: ({ rows }) => rows.items,
    pageInfo: ({ rows }) => rows,
  },
  Course: {
    gradebook: ({ id }, args, { services, actor }) =>
      services.grades.gradebook(actor, id, sectionPageOf(args)),
  },
  Assignment: {
    grade: ({ id }, _, { loaders }) => loaders.grade(id),
    gradeOf: ({ id }, { learner }, { services, actor }) =>
      services.grades.get(actor, id, fromGlobalId('User', learner)),
    matrix: ({ id }, args, { services, actor }) => services.matrix.rows(actor, id, sectionPageOf(args)),
    async preview({ id }, { terms }, { services, actor }) {
      const previews = await services.grades.preview(actor, id, changeOf(terms));
      return previews.map((preview) => ({ ...preview, assignmentId: id }));
    },
  },
  Query: {
    async previewOverride(_, { input }, { services, actor }) {
      const [assignmentId, ...override] = overrideOf(input);
      const previews = await services.grades.previewOverride(actor, assignmentId, ...override);
      return previews.map((preview) => ({ ...preview, assignmentId }));
    },
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
