import { test } from 'tap';
import { fault } from '../../../../src/core/errors.ts';
import { fromGlobalId, toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { startApp } from './app.ts';
import { connect, subscribe, until } from './connections.ts';

const assignment = toGlobalId('Assignment', 'assignment-1');
const course = toGlobalId('Course', 'course-1');
const hand = toGlobalId('RaisedHand', 'hand-1');
const at = '2030-01-31T09:30:00.000Z';
const raise =
  'mutation ($input: RaiseHandInput!) { raiseHand(input: $input) { hand { id stepId note raisedAt loweredAt } } }';
const give =
  'mutation ($input: GiveFeedbackInput!) { giveFeedback(input: $input) { feedback { id stepId kind text } } }';

await test('a hand is raised, listed and lowered', async (t) => {
  const { ask } = await startApp(t);
  const raised = await ask('owner', raise, { input: { assignment, step: 'first', note: 'Help' } });
  const expected = { id: hand, stepId: 'first', note: 'Help', raisedAt: at, loweredAt: null };
  t.strictSame(raised.data, { raiseHand: { hand: expected } });
  const listed = await ask(
    'instructor',
    `{ course(id: "${course}") { hands { edges { node { id assignment { id } learner { name } } } } } }`,
  );
  t.match(listed.data, {
    course: { hands: { edges: [{ node: { id: hand, assignment: { id: assignment } } }] } },
  });
  const mine = `{ assignment(id: "${assignment}") { hand { note stepId } } }`;
  t.strictSame((await ask('owner', mine)).data, { assignment: { hand: { note: 'Help', stepId: 'first' } } });
  t.strictSame((await ask('other', mine)).data, { assignment: { hand: null } });
  const lower = `mutation { lowerHand(input: { hand: "${hand}" }) { loweredId } }`;
  t.strictSame((await ask('instructor', lower)).data, { lowerHand: { loweredId: hand } });
  t.strictSame((await ask('instructor', lower)).data, { lowerHand: { loweredId: null } });
  const whole = await ask('owner', raise, { input: { assignment } });
  t.match(whole.data, { raiseHand: { hand: { stepId: null, note: '' } } });
});

await test('feedback is given and listed', async (t) => {
  const { ask } = await startApp(t);
  const given = await ask('owner', give, {
    input: { assignment, step: 'first', kind: 'TOO_HARD', text: 'Hm' },
  });
  t.match(given.data, { giveFeedback: { feedback: { stepId: 'first', kind: 'TOO_HARD', text: 'Hm' } } });
  const listed = await ask(
    'instructor',
    `{ assignment(id: "${assignment}") { feedback(first: 5) {
      edges { cursor node { id kind text createdAt stepId assignment { id } learner { name } } } pageInfo { hasNextPage }
    } } }`,
  );
  t.equal(listed.errors, undefined);
  t.match(listed.data, { assignment: { feedback: { edges: [{ node: { kind: 'TOO_HARD', text: 'Hm' } }] } } });
});

await test('staff follow the hands, feedback and attempts of their course', async (t) => {
  const { ask, url, events, addSession } = await startApp(t);
  const query = `subscription { courseActivity(course: "${course}") {
    hand { note loweredAt } feedback { kind text } attempt { id passed learner { name } }
  } }`;
  const following = subscribe(connect(t, url, { token: 'instructor' }), query);
  const first = following.next();
  await until(() => events.listeners() === 3);
  await ask('owner', raise, { input: { assignment, note: 'Help' } });
  const raised = { hand: { note: 'Help', loweredAt: null }, feedback: null, attempt: null };
  t.strictSame(await first, { data: { courseActivity: raised } });
  await ask('owner', give, { input: { assignment, step: 'first', kind: 'UNCLEAR' } });
  t.strictSame(await following.next(), {
    data: { courseActivity: { hand: null, feedback: { kind: 'UNCLEAR', text: '' }, attempt: null } },
  });
  const { id: session } = addSession('owner');
  const run = `mutation { runCheck(input: { session: "${toGlobalId('Session', session)}", step: "look" }) {
    attempt { id passed }
  } }`;
  const ran = await ask('owner', run);
  const { attempt } = (ran.data as unknown as { runCheck: { attempt: { id: string } } }).runCheck;
  const check = { sessionId: session, learnerId: 'owner', courseId: 'course-1' };
  // Observers see no attempts, and a deleted one has nothing to show.
  await events.publish('check.finished', { ...check, attemptId: 'gone' });
  await events.publish('check.finished', { ...check, attemptId: fromGlobalId('Attempt', attempt.id) });
  t.strictSame(await following.next(), {
    data: {
      courseActivity: { hand: null, feedback: null, attempt: { ...attempt, learner: { name: 'owner' } } },
    },
  });
  await following.stop();
  const refused = await subscribe(connect(t, url, { token: 'owner' }), query).next();
  t.match(refused, { errors: [{ extensions: { code: 'FORBIDDEN' } }] });
});

await test('a former assistant follows no further attempt', async (t) => {
  const { services, url, events } = await startApp(t);
  const query = `subscription { courseActivity(course: "${course}") { attempt { id } } }`;
  const following = subscribe(connect(t, url, { token: 'instructor' }), query);
  const refused = following.next().catch((errors: unknown) => errors);
  await until(() => events.listeners() === 3);
  services.help.hands = async () => {
    throw fault('FORBIDDEN', { needed: 'a role in the course' });
  };
  await events.publish('check.finished', {
    sessionId: 'session-1',
    learnerId: 'owner',
    courseId: 'course-1',
    attemptId: 'attempt-1',
  });
  t.match(await refused, [{ extensions: { code: 'FORBIDDEN' } }]);
});
