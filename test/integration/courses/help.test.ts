import t from 'tap';
import type { Test } from 'tap';
import { courseActors, courseWorld } from '../../kit/service/courses.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import type { Database } from '../../../src/infra/database/database.ts';

const page = { first: 10 };

async function setUp(t: Test, database: Database) {
  const world = await courseWorld(t, database);
  const { course, instructor, actors } = await world.openCourse();
  const { id: assignment } = await world.assignments.create(instructor, course.id, 'lab', {});
  const heard: string[] = [];
  world.events.listen('course.activity', ({ courseId, kind }) => {
    if (courseId === course.id) heard.push(kind);
  });
  return { ...world, course, instructor, actors, assignment, heard };
}

await eachDatabase(
  t,
  'learners raise one hand for each assignment, and staff lower it',
  async (t, database) => {
    const { help, actors, course, assignment, clock, heard, members, instructor, person } = await setUp(
      t,
      database,
    );
    const { learner, assistant } = actors;
    const hand = await help.raise(learner, assignment, { stepId: 'first', note: '  It hangs. ' });
    t.match(hand, { stepId: 'first', note: 'It hangs.', raisedAt: clock.now(), loweredAt: undefined });
    clock.jump(60_000);
    const again = await help.raise(learner, assignment, { note: 'Still' });
    t.same(again, { ...hand, stepId: '', note: 'Still' }, 'it keeps its place in the queue');
    const second = await person('Second');
    await members.add(instructor, course.id, { userId: second.userId, role: 'learner' });
    const later = await help.raise(second, assignment, {});
    t.same(
      (await help.hands(assistant, course.id)).map(({ id }) => id),
      [hand.id, later.id],
      'the longest raised first',
    );
    t.match(await help.mine(learner, [assignment, 'none']), [{ id: hand.id }, undefined]);
    t.equal(await help.lower(second, hand.id), false, 'a fellow cannot');
    t.equal(await help.lower(assistant, hand.id), true);
    t.equal(await help.lower(assistant, hand.id), false);
    t.match(await help.hand(assistant, hand.id), { loweredAt: clock.now(), loweredById: assistant?.userId });
    t.equal(await help.lower(second, later.id), true, 'their own');
    t.same(await help.hands(assistant, course.id), []);
    const next = await help.raise(learner, assignment, {});
    t.not(next.id, hand.id);
    t.same(heard, ['hand', 'hand', 'hand', 'hand', 'hand', 'hand']);
  },
);

await eachDatabase(t, 'texts with control characters are refused', async (t, database) => {
  const { help, assignment, actors } = await setUp(t, database);
  for (const text of ['a\u0000b', 'a\u001Bb']) {
    await t.rejects(help.raise(actors.learner, assignment, { note: text }), { code: 'INPUT_INVALID' });
  }
  const hand = await help.raise(actors.learner, assignment, { note: 'two\nlines\tand a tab' });
  t.equal(hand.note, 'two\nlines\tand a tab');
});

await eachDatabase(t, 'simultaneous requests raise one hand', async (t, database) => {
  const { help, actors, course, assignment } = await setUp(t, database);
  await Promise.all(Array.from({ length: 8 }, () => help.raise(actors.learner, assignment, {})));
  t.equal((await help.hands(actors.assistant, course.id)).length, 1);
});

await eachDatabase(t, 'learners give feedback on steps, the last of which counts', async (t, database) => {
  const { help, actors, assignment, heard } = await setUp(t, database);
  const { learner, observer } = actors;
  await help.giveFeedback(learner, assignment, { stepId: 'first', kind: 'unclear', text: 'What is a pipe?' });
  await help.giveFeedback(learner, assignment, { stepId: 'first', kind: 'good' });
  await help.giveFeedback(learner, assignment, { stepId: 'second', kind: 'wrong', text: 'A typo' });
  const { items } = await help.feedback(observer, assignment, page);
  t.same(
    new Set(items.map(({ node }) => `${node.stepId} ${node.kind} ${node.text}`)),
    new Set(['first good ', 'second wrong A typo']),
  );
  t.same(heard, ['feedback', 'feedback', 'feedback']);
  const wrong = (of: object) =>
    outcomeOf(() => help.giveFeedback(learner, assignment, { stepId: 'first', kind: 'good', ...of }));
  t.equal(await wrong({ stepId: 'none' }), 'STEP_NOT_FOUND');
  t.equal(await wrong({ text: 'x'.repeat(2_001) }), 'INPUT_INVALID');
  t.equal(await outcomeOf(() => help.raise(learner, assignment, { stepId: 'none' })), 'STEP_NOT_FOUND');
});

await eachDatabase(t, 'who may ask for help, and who sees it', async (t, database) => {
  const { help, courses, actors, course, assignment, instructor } = await setUp(t, database);
  const hand = await help.raise(actors.learner, assignment, {});
  const feedback = await help.giveFeedback(actors.learner, assignment, { stepId: 'first', kind: 'good' });
  const no = 'FORBIDDEN';
  const lost = 'ASSIGNMENT_NOT_FOUND';
  const hidden = 'COURSE_NOT_FOUND';
  const nobody = 'UNAUTHENTICATED';
  type Ask = (actor: (typeof actors)['learner']) => Promise<unknown>;
  const askers = ['ok', 'ok', no, 'ok', lost, lost, lost, 'ok', nobody];
  const readers = (code: string) => ['ok', 'ok', 'ok', no, code, code, code, 'ok', nobody];
  const expected: Record<keyof typeof help, [Ask, string[]]> = {
    raise: [(actor) => help.raise(actor, assignment, {}), askers],
    giveFeedback: [
      (actor) => help.giveFeedback(actor, assignment, { stepId: 'first', kind: 'good' }),
      askers,
    ],
    hands: [(actor) => help.hands(actor, course.id), readers(hidden)],
    feedback: [(actor) => help.feedback(actor, assignment, page), readers(lost)],
    hand: [(actor) => help.hand(actor, hand.id), readers(lost)],
    feedbackById: [(actor) => help.feedbackById(actor, feedback.id), readers(lost)],
    mine: [
      (actor) => help.mine(actor, [assignment]),
      ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', nobody],
    ],
    lower: [(actor) => help.lower(actor, hand.id), ['ok', 'ok', no, 'ok', 'ok', 'ok', 'ok', 'ok', nobody]],
  };
  t.same(Object.keys(help).toSorted(), Object.keys(expected).toSorted());
  for (const [name, [ask, row]] of Object.entries(expected)) {
    const outcomes = [];
    for (const who of courseActors) outcomes.push(await outcomeOf(() => ask(actors[who])));
    t.same(outcomes, row, name);
  }
  const learn = actors.learner && { ...actors.learner, scopes: ['learn'] as const };
  t.equal(await outcomeOf(() => help.raise(learn, assignment, {})), 'ok', 'a token for learning is enough');
  const read = actors.learner && { ...actors.learner, scopes: ['read'] as const };
  t.equal(await outcomeOf(() => help.raise(read, assignment, {})), no);
  await courses.update(instructor, course.id, { state: 'archived' });
  t.equal(await outcomeOf(() => help.raise(actors.learner, assignment, {})), 'COURSE_ARCHIVED');
});
