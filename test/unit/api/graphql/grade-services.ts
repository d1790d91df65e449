import { requireActor } from '../../../../src/domains/identity/actor.ts';
import type { Grade } from '../../../../src/domains/grades/grade.ts';
import type { GraphqlServices } from '../../../../src/api/graphql/services.ts';
import { assignment, member } from './course-services.ts';
import { pageOf } from './page-of.ts';
import { at } from './world.ts';

const grade: Grade = {
  assignmentId: assignment.id,
  learnerId: 'owner',
  points: 80,
  workPoints: 72.5,
  possible: 100,
  steps: [{ stepId: 'first', run: 1, score: 0.8, lateDays: 1, counted: 0.725, at }],
  given: { points: 80, reason: 'Oral exam', byId: 'instructor' },
  updatedAt: at,
};

const stepInsight = {
  stepId: 'first',
  tried: 3,
  passed: 2,
  attempts: { lower: 1.25, median: 1.5, upper: 1.75 },
  minutes: undefined,
  findings: [
    { checkId: 'file', message: 'There is no file.', code: 'FILE_MISSING', learners: 2, attempts: 5 },
    { checkId: 'script', message: 'Not yet', code: undefined, learners: 1, attempts: 1 },
  ],
};

/** The grade of one learner. */
export function createGradeServices(): Pick<GraphqlServices, 'grades' | 'insights' | 'matrix'> {
  const row = {
    id: member.id,
    member,
    progress: { learnerId: 'owner', labSlug: assignment.labSlug, steps: [], passed: 1, total: 2, score: 0.5 },
  };
  return {
    insights: {
      async steps(actor) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        return [{ ...stepInsight }];
      },
      async stuck(actor, _, { failures }) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        return [{ member, stepId: 'first', reasons: ['failures', 'no_progress'], failures, since: at }];
      },
    },
    matrix: {
      async rows(actor, _, page) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        return pageOf([row], page);
      },
      async row(actor, _, learnerId) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        return learnerId === 'owner' ? row : undefined;
      },
    },
    grades: {
      async gradebook(actor, _, page) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        const row = { id: member.id, member, grades: [grade, undefined], total: 80 };
        return { assignments: [assignment, assignment], rows: pageOf([row], page) };
      },
      async mine(actor, ids) {
        requireActor(actor, { scope: 'read' });
        return ids.map((id) => (id === assignment.id && actor.userId === 'owner' ? grade : undefined));
      },
      async get(actor) {
        requireActor(actor, { scope: 'read' });
        return grade;
      },
      async changes(actor) {
        requireActor(actor, { scope: 'read' });
        const of = { before: 72.5, after: 80, changedAt: at };
        return [{ cause: 'given', byId: 'instructor', reason: 'Oral exam', ...of }];
      },
      async give(actor, _, __, { points, reason }) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return { ...grade, points, given: { points, reason, byId: actor.userId } };
      },
      async withdraw(actor) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return { ...grade, points: grade.workPoints, given: undefined };
      },
      async preview(actor, _, { points }) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return [{ learnerId: 'owner', before: 80, after: points }];
      },
      async previewOverride(actor, _, __, { dueAt }) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return [{ learnerId: 'owner', before: 80, after: dueAt ? 90 : undefined }];
      },
    },
  };
}
