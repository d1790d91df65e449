import t from 'tap';
import { can, courseActions } from '../../../../src/domains/identity/policy.ts';
import type { CourseAction, CourseResource } from '../../../../src/domains/identity/policy.ts';

const roles = ['instructor', 'assistant', 'observer', 'learner', undefined] as const;

/** In an open course, in the order of {@link roles}. */
const open: Record<CourseAction, boolean[]> = {
  'course.read': [true, true, true, true, false],
  'course.change': [true, false, false, false, false],
  'members.read': [true, true, true, false, false],
  'members.change': [true, false, false, false, false],
  'assignments.read': [true, true, true, true, false],
  'assignments.inspect': [true, true, true, false, false],
  'assignments.change': [true, false, false, false, false],
  'assignments.work': [true, true, false, true, false],
  'progress.read': [true, true, true, false, false],
  'grades.read': [true, true, true, false, false],
  'grades.change': [true, true, false, false, false],
  'help.read': [true, true, true, false, false],
  'help.answer': [true, true, false, false, false],
  'overrides.change': [true, true, false, false, false],
};

await t.test('roles in a course', async (t) => {
  t.same(Object.keys(open).toSorted(), courseActions.toSorted(), 'every action has a row');
  const inState = (state: CourseResource['state'], action: CourseAction) =>
    roles.map((role) => can({ role: 'instructor' }, action, { role, state }));
  for (const action of courseActions) {
    t.same(inState('open', action), open[action], action);
    t.same(inState('archived', action), open[action], `${action}, archived`);
    const draft = open[action].map((allowed, at) => allowed && at < 2);
    t.same(inState('draft', action), draft, `${action}, draft`);
    t.ok(can({ role: 'admin' }, action, { role: undefined, state: 'draft' }), 'admins may do everything');
  }
});
