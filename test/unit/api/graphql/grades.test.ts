import { test } from 'tap';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { startApp } from './app.ts';
import { connect, subscribe, until } from './connections.ts';

const assignment = toGlobalId('Assignment', 'assignment-1');
const course = toGlobalId('Course', 'course-1');
const member = toGlobalId('CourseMember', 'member-1');
const at = '2030-01-31T09:30:00.000Z';

await test('a gradebook has the grades of each learner and how they were computed', async (t) => {
  const { ask } = await startApp(t);
  const { data, errors } = await ask(
    'instructor',
    `query ($course: ID!) { course(id: $course) { gradebook(first: 2) {
      assignments { id }
      edges { node { member { id } total grades {
        points workPoints possible updatedAt assignment { id }
        steps { id run score lateDays counted at }
        given { points reason by { name } }
        changes { cause by { name } reason before after changedAt }
      } } }
      pageInfo { hasNextPage }
    } } }`,
    { course },
  );
  t.equal(errors, undefined);
  const given = { points: 80, reason: 'Oral exam', by: { name: 'instructor' } };
  const change = {
    cause: 'GIVEN',
    by: { name: 'instructor' },
    reason: 'Oral exam',
    before: 72.5,
    after: 80,
    changedAt: at,
  };
  const grade = {
    points: 80,
    workPoints: 72.5,
    possible: 100,
    updatedAt: at,
    assignment: { id: assignment },
    steps: [{ id: 'first', run: 1, score: 0.8, lateDays: 1, counted: 0.725, at }],
    given,
    changes: [change],
  };
  t.strictSame(data, {
    course: {
      gradebook: {
        assignments: [{ id: assignment }, { id: assignment }],
        edges: [{ node: { member: { id: member }, total: 80, grades: [grade, null] } }],
        pageInfo: { hasNextPage: false },
      },
    },
  });
});

await test('learners read their grade with the assignment', async (t) => {
  const { ask } = await startApp(t);
  const query = `{ assignment(id: "${assignment}") { grade { points } gradesVisible } }`;
  t.strictSame((await ask('owner', query)).data, {
    assignment: { grade: { points: 80 }, gradesVisible: true },
  });
  t.strictSame((await ask('other', query)).data, { assignment: { grade: null, gradesVisible: true } });
});

await test('staff read the grade of a learner', async (t) => {
  const { ask } = await startApp(t);
  const learner = toGlobalId('User', 'owner');
  const query = `{ assignment(id: "${assignment}") { gradeOf(learner: "${learner}") { points } course { title } } }`;
  t.strictSame((await ask('instructor', query)).data, {
    assignment: { gradeOf: { points: 80 }, course: { title: 'Docker 101' } },
  });
});

await test('the grades that an override would change', async (t) => {
  const { ask } = await startApp(t);
  const query = `query ($input: SetOverrideInput!) { previewOverride(input: $input) { learner { name } before after } }`;
  const input = { assignment, member, dueAt: '2030-02-01T12:00' };
  t.match((await ask('instructor', query, { input })).data, { previewOverride: [{ before: 80, after: 90 }] });
  const neither = await ask('instructor', query, { input: { assignment } });
  t.match(neither.errors, [{ extensions: { code: 'INPUT_INVALID' } }]);
});

await test('grades are given, withdrawn and previewed', async (t) => {
  const { ask } = await startApp(t);
  const input = { assignment, member, points: 90.5, reason: 'Bonus' };
  const given = await ask(
    'instructor',
    'mutation ($input: GiveGradeInput!) { giveGrade(input: $input) { grade { points given { reason } } } }',
    { input },
  );
  t.strictSame(given.data, { giveGrade: { grade: { points: 90.5, given: { reason: 'Bonus' } } } });
  const withdrawn = await ask(
    'instructor',
    'mutation ($input: WithdrawGradeInput!) { withdrawGrade(input: $input) { grade { points given { reason } } } }',
    { input: { assignment, member, reason: 'Mistake' } },
  );
  t.strictSame(withdrawn.data, { withdrawGrade: { grade: { points: 72.5, given: null } } });
  const preview = await ask(
    'instructor',
    `{ assignment(id: "${assignment}") { preview(terms: { points: 50 }) { learner { name } before after } } }`,
  );
  t.strictSame(preview.data, {
    assignment: { preview: [{ learner: { name: 'owner' }, before: 80, after: 50 }] },
  });
});

await test('staff see who is stuck, and what is hard', async (t) => {
  const { ask } = await startApp(t);
  const insights = `insights { id tried passed attempts { lower median upper } minutes { median }
    findings { checkId message code learners attempts } }`;
  const query = `{ assignment(id: "${assignment}") {
    stuck(failures: 7) { member { id } stepId reasons failures since } ${insights}
  } }`;
  const { data, errors } = await ask('instructor', query);
  t.equal(errors, undefined);
  t.strictSame(data, {
    assignment: {
      stuck: [
        {
          member: { id: member },
          stepId: 'first',
          reasons: ['FAILURES', 'NO_PROGRESS'],
          failures: 7,
          since: '2030-01-31T09:30:00.000Z',
        },
      ],
      insights: [
        {
          id: 'first',
          tried: 3,
          passed: 2,
          attempts: { lower: 1.25, median: 1.5, upper: 1.75 },
          minutes: null,
          findings: [
            { checkId: 'file', message: 'There is no file.', code: 'FILE_MISSING', learners: 2, attempts: 5 },
            { checkId: 'script', message: 'Not yet', code: null, learners: 1, attempts: 1 },
          ],
        },
      ],
    },
  });
  t.match((await ask('owner', query)).errors?.[0]?.extensions, { code: 'FORBIDDEN' });
});

await test('the matrix has a row for each learner, and follows their checks', async (t) => {
  const { ask, url, events } = await startApp(t);
  const row = { member: { id: member }, progress: { passed: 1, total: 2, score: 0.5 } };
  const fields = 'member { id } progress { passed total score }';
  const { data } = await ask(
    'instructor',
    `{ assignment(id: "${assignment}") { matrix(first: 5) {
      edges { node { ${fields} } } pageInfo { hasNextPage }
    } } }`,
  );
  t.strictSame(data, {
    assignment: { matrix: { edges: [{ node: row }], pageInfo: { hasNextPage: false } } },
  });
  const query = `subscription { matrixChanged(assignment: "${assignment}") { ${fields} } }`;
  const following = subscribe(connect(t, url, { token: 'instructor' }), query);
  const first = following.next();
  await until(() => events.listeners() === 2);
  const check = { attemptId: 'a', sessionId: 's', learnerId: 'owner' };
  await events.publish('check.finished', { ...check, assignmentId: 'other' });
  // Staff who try the assignment have no row, and end nobody's subscription.
  const staff = { ...check, learnerId: 'instructor' };
  await events.publish('check.finished', { ...staff, assignmentId: 'assignment-1' });
  await events.publish('check.finished', { ...check, assignmentId: 'assignment-1' });
  t.strictSame(await first, { data: { matrixChanged: row } });
  await following.stop();
  const refused = await subscribe(connect(t, url, { token: 'owner' }), query).next();
  t.match(refused, { errors: [{ extensions: { code: 'FORBIDDEN' } }] });
});
