import t from 'tap';
import type { Test } from 'tap';
import { courseActors, courseWorld } from '../../kit/service/courses.ts';
import { fault } from '../../../src/core/errors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { insertSession } from '../../kit/labs/check-world.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
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
  async function memberOf(actor: Actor | undefined): Promise<string> {
    const { items } = await world.members.list(instructor, course.id, {}, page);
    return items.find(({ node }) => node.userId === actor?.userId)?.node.id ?? '';
  }
  return { ...world, course, instructor, actors, assignment, heard, memberOf };
}

await eachDatabase(
  t,
  'learners raise one hand for each assignment, and staff lower it',
  async (t, database) => {
    const world = await setUp(t, database);
    const { help, actors, course, assignment, clock, heard, members, instructor, person, memberOf } = world;
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
      (await help.hands(assistant, course.id, page)).items.map(({ node }) => node.id),
      [hand.id, later.id],
      'the longest raised first',
    );
    t.match(await help.mine(learner, [assignment, 'none']), [{ id: hand.id }, undefined]);
    t.equal(await help.lower(second, hand.id), false, 'a fellow cannot');
    t.equal(await help.lower(assistant, hand.id), true);
    t.equal(await help.lower(assistant, hand.id), false);
    t.match(await help.hand(assistant, hand.id), { loweredAt: clock.now(), loweredById: assistant?.userId });
    t.equal(await help.lower(second, later.id), true, 'their own');
    t.same((await help.hands(assistant, course.id, page)).items, []);
    const next = await help.raise(learner, assignment, {});
    t.not(next.id, hand.id);
    t.equal((await help.hand(assistant, hand.id))?.id, hand.id);
    await help.lower(learner, next.id);
    await help.raise(learner, assignment, {});
    t.equal(await help.hand(assistant, hand.id), undefined, 'only the last lowered one is kept');
    t.equal((await help.hand(assistant, next.id))?.id, next.id);
    t.equal(heard.length, 8);
    await members.update(instructor, await memberOf(learner), { active: false });
    t.same((await help.hands(assistant, course.id, page)).items, [], 'the hands of members');
  },
);

await eachDatabase(t, 'steps of the version in which a learner works can be named', async (t, database) => {
  const { help, actors, assignment } = await setUp(t, database);
  const { learner } = actors;
  if (!learner) throw new Error('There is no learner.');
  const feedback = { stepId: 'third', kind: 'unclear' } as const;
  const raise = () => help.raise(learner, assignment, { stepId: 'third' });
  await t.rejects(raise(), { code: 'STEP_NOT_FOUND' });
  const id = await insertSession(database, learner.userId, 'lab', { assignmentId: assignment });
  await t.rejects(raise(), { code: 'STEP_NOT_FOUND' });
  await database.client.session.update({ where: { id }, data: { labVersion: 'longer' } });
  t.equal((await raise()).stepId, 'third');
  t.equal((await help.giveFeedback(learner, assignment, feedback)).stepId, 'third');
  await t.rejects(help.raise(learner, assignment, { stepId: 'fourth' }), { code: 'STEP_NOT_FOUND' });
});

await eachDatabase(t, 'texts with control characters are refused', async (t, database) => {
  const { help, assignment, actors } = await setUp(t, database);
  for (const text of ['a\u0000b', 'a\u001Bb']) {
    await t.rejects(help.raise(actors.learner, assignment, { note: text }), { code: 'INPUT_INVALID' });
  }
  const hand = await help.raise(actors.learner, assignment, { note: 'two\nlines\tand a tab' });
  t.equal(hand.note, 'two\nlines\tand a tab');
});

await eachDatabase(t, 'the queue has pages', async (t, database) => {
  const { help, actors, course, assignment, members, instructor, person, clock } = await setUp(t, database);
  const raised: string[] = [];
  for (const name of ['One', 'Two', 'Three']) {
    const learner = await person(name);
    await members.add(instructor, course.id, { userId: learner.userId, role: 'learner' });
    raised.push((await help.raise(learner, assignment, {})).id);
    await clock.advance(1);
  }
  const first = await help.hands(actors.assistant, course.id, { first: 2 });
  const rest = await help.hands(actors.assistant, course.id, { first: 2, after: first.items[1]?.cursor });
  t.equal(first.hasNextPage, true);
  t.same(
    [...first.items, ...rest.items].map(({ node }) => node.id),
    raised,
  );
});

await eachDatabase(
  t,
  'hands can be lowered in archived courses and hidden assignments',
  async (t, database) => {
    const { help, actors, course, courses, assignments, assignment, instructor } = await setUp(t, database);
    const { learner, assistant, observer } = actors;
    const { id: hidden } = await assignments.create(instructor, course.id, 'other', {});
    const inHidden = await help.raise(learner, hidden, {});
    const first = await help.raise(learner, assignment, {});
    const other = await help.raise(assistant, assignment, {});
    await assignments.update(instructor, hidden, { visible: false });
    await courses.update(instructor, course.id, { state: 'archived' });
    t.equal(await outcomeOf(() => help.lower(observer, first.id)), 'FORBIDDEN');
    t.equal(await help.lower(learner, other.id), false);
    t.equal(await help.lower(learner, inHidden.id), true);
    t.equal(await help.lower(assistant, first.id), true);
    t.equal(await help.lower(instructor, other.id), true);
  },
);

await eachDatabase(t, 'simultaneous requests raise one hand', async (t, database) => {
  const { help, actors, course, assignment } = await setUp(t, database);
  await Promise.all(Array.from({ length: 8 }, () => help.raise(actors.learner, assignment, {})));
  t.equal((await help.hands(actors.assistant, course.id, page)).items.length, 1);
});

await eachDatabase(t, 'learners give feedback on steps, the last of which counts', async (t, database) => {
  const { help, actors, assignment, heard, clock } = await setUp(t, database);
  const { learner, observer } = actors;
  await help.giveFeedback(learner, assignment, { stepId: 'first', kind: 'unclear', text: 'What is a pipe?' });
  await clock.advance(1);
  await help.giveFeedback(learner, assignment, { stepId: 'second', kind: 'wrong', text: 'A typo' });
  await clock.advance(1);
  await help.giveFeedback(learner, assignment, { stepId: 'first', kind: 'good' });
  const { items } = await help.feedback(observer, assignment, page);
  t.same(
    items.map(({ node }) => `${node.stepId} ${node.kind} ${node.text}`),
    ['first good ', 'second wrong A typo'],
    'the newest first',
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
  const give = () => help.giveFeedback(actors.learner, assignment, { stepId: 'first', kind: 'good' });
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
    hands: [(actor) => help.hands(actor, course.id, page), readers(hidden)],
    feedback: [(actor) => help.feedback(actor, assignment, page), readers(lost)],
    hand: [(actor) => help.hand(actor, hand.id), readers(lost)],
    feedbackById: [async (actor) => help.feedbackById(actor, (await give()).id), readers(lost)],
    mine: [
      async (actor) => {
        const [mine] = await help.mine(actor, [assignment]);
        if (mine?.learnerId !== actor?.userId) throw fault('NOT_FOUND', { thing: 'hand' });
      },
      // Those who have raised a hand above.
      askers.map((outcome) => (outcome === 'ok' || outcome === nobody ? outcome : 'NOT_FOUND')),
    ],
    lower: [
      async (actor) => {
        const { id } = await help.raise(actors.learner, assignment, {});
        return (await help.lower(actor, id))
          ? undefined
          : Promise.reject(fault('NOT_FOUND', { thing: 'hand' }));
      },
      ['ok', 'ok', no, 'ok', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'ok', nobody],
    ],
  };
  t.same(Object.keys(help).toSorted(), Object.keys(expected).toSorted());
  for (const [name, [ask, row]] of Object.entries(expected)) {
    const outcomes = [];
    for (const who of courseActors) outcomes.push(await outcomeOf(() => ask(actors[who])));
    t.same(outcomes, row, name);
  }
  const learn = actors.learner && { ...actors.learner, scopes: ['learn'] as const };
  t.equal(await outcomeOf(() => help.raise(learn, assignment, {})), 'ok', 'a token for learning is enough');
  t.equal(await help.lower(learn, (await help.raise(learn, assignment, {})).id), true);
  const read = actors.learner && { ...actors.learner, scopes: ['read'] as const };
  t.equal(await outcomeOf(() => help.raise(read, assignment, {})), no);
  await courses.update(instructor, course.id, { state: 'archived' });
  t.equal(await outcomeOf(() => help.raise(actors.learner, assignment, {})), 'COURSE_ARCHIVED');
});
