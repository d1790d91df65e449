import t from 'tap';
import { newId } from '../../../src/core/ids.ts';
import { askAsEach, outcomeOf } from '../../kit/service/actors.ts';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { createCheckWorld } from '../../kit/labs/check-world.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';

const machine = await startCheckMachine(t);
const { engine, machineId, shell } = machine;
const page = { first: 100 };

await eachDatabase(t, 'each operation is for the owner and staff only', async (t, database) => {
  const { checks, actors, sessionId, addSession } = await createCheckWorld(t, {
    database,
    engine,
    machineId,
  });
  const { service } = checks;
  const ownersAndStaff = { owner: 'ok', instructor: 'ok', admin: 'ok', nobody: 'UNAUTHENTICATED' };

  t.same(await askAsEach(actors, (actor) => service.run(actor, { sessionId, stepId: 'pass' })), {
    ...ownersAndStaff,
    other: 'SESSION_NOT_FOUND',
  });
  const attempt = await service.run(actors.owner, { sessionId, stepId: 'pass' });
  t.same(await askAsEach(actors, (actor) => service.get(actor, attempt.id)), {
    ...ownersAndStaff,
    other: 'NOT_FOUND',
  });
  const of = [{ learnerId: actors.owner.userId, lab: 'lab' }];
  t.same(await askAsEach(actors, (actor) => service.progress(actor, of)), {
    ...ownersAndStaff,
    other: 'USER_NOT_FOUND',
  });

  const count = async (actor: typeof actors.owner | undefined, filter = {}) =>
    (await service.listAttempts(actor, filter, page)).items.length;
  await service.run(actors.other, { sessionId: await addSession(actors.other.userId), stepId: 'pass' });
  t.equal(await count(actors.owner), 4);
  t.equal(await count(actors.other), 1);
  t.equal(await count(actors.instructor), 5);
  t.equal(await count(actors.admin), 5);
  t.equal(await outcomeOf(() => count(undefined)), 'UNAUTHENTICATED');
  t.equal(await count(actors.other, { sessionId }), 0, 'as if they did not exist');
  t.equal(await count(actors.other, { learnerId: actors.owner.userId }), 0, 'as if they did not exist');
  t.equal(await count(actors.instructor, { learnerId: actors.owner.userId }), 4);

  const reader = { ...actors.owner, scopes: ['read'] as const };
  t.equal(await outcomeOf(() => service.run(reader, { sessionId, stepId: 'pass' })), 'FORBIDDEN');
  const learner = { ...actors.owner, scopes: ['learn'] as const };
  t.equal(await outcomeOf(() => service.get(learner, attempt.id)), 'FORBIDDEN');
  t.equal(await outcomeOf(() => service.listAttempts(learner, {}, page)), 'FORBIDDEN');
  t.equal(await outcomeOf(() => service.progress(learner, of)), 'FORBIDDEN');
});

await eachDatabase(t, 'a check is stored as an attempt, counted and published', async (t, database) => {
  const world = await createCheckWorld(t, { database, engine, machineId });
  const { checks, actors, sessionId } = world;
  const { owner } = actors;
  const progressOf = async (stepId: string) =>
    (await checks.service.progress(owner, [{ learnerId: owner.userId, lab: 'lab' }]))[0]?.steps.find(
      (step) => step.stepId === stepId,
    );

  const failed = await checks.service.run(owner, { sessionId, stepId: 'flag' });
  t.match(failed, {
    sessionId,
    learnerId: owner.userId,
    labSlug: 'lab',
    stepId: 'flag',
    state: 'finished',
    passed: false,
    score: 0,
    message: 'No flag.',
    finding: undefined,
    verdicts: [
      {
        checkId: 'check',
        kind: 'script',
        weight: 1,
        state: 'finished',
        passed: false,
        score: 0,
        message: 'No flag.',
        evidence: 'No flag.',
        exitCode: 1,
        finding: undefined,
      },
    ],
    startedAt: Date,
    finishedAt: Date,
  });
  t.match(await progressOf('flag'), {
    attempts: 1,
    passed: false,
    score: 0,
    bestScore: 0,
    passedAt: undefined,
  });

  await shell('touch /tmp/flag');
  const passed = await checks.service.run(actors.instructor, { sessionId, stepId: 'flag' });
  t.match(passed, { passed: true, score: 1, message: 'There it is.', learnerId: owner.userId });
  const reached = { attempts: 2, passed: true, bestScore: 1, passedAt: passed.finishedAt };
  t.match(await progressOf('flag'), reached);

  await shell('rm /tmp/flag');
  await checks.service.run(owner, { sessionId, stepId: 'flag' });
  t.match(await progressOf('flag'), { ...reached, attempts: 3 }, 'the achieved score stays');

  t.same(await checks.service.get(owner, passed.id), passed);
  t.same(world.touched, [sessionId, sessionId, sessionId]);
  t.match(world.events[0], { attemptId: failed.id, sessionId, learnerId: owner.userId });
  t.equal(world.events.length, 3);
});

await eachDatabase(t, 'a check that cannot run is reported by its code', async (t, database) => {
  const { checks, actors, sessionId } = await createCheckWorld(t, { database, engine, machineId });
  const run = (session: string, stepId: string) =>
    outcomeOf(() => checks.service.run(actors.owner, { sessionId: session, stepId }));
  t.equal(await run(sessionId, 'none'), 'STEP_NOT_FOUND');
  t.equal(await run(sessionId, 'read'), 'STEP_HAS_NO_CHECK');
  t.equal(await run('none', 'pass'), 'SESSION_NOT_FOUND');
  t.equal(await outcomeOf(() => checks.service.get(actors.owner, 'none')), 'NOT_FOUND');
  await database.client.session.update({ where: { id: sessionId }, data: { state: 'stopping' } });
  t.equal(await run(sessionId, 'pass'), 'SESSION_NOT_READY');
  t.equal(await database.client.attempt.count(), 0);
});

await eachDatabase(t, 'an unjudged check does not count', async (t, database) => {
  const missing = 'f'.repeat(64);
  const world = await createCheckWorld(t, { database, engine, machineId: missing });
  const { checks, actors, sessionId } = world;
  const attempt = await checks.service.run(actors.owner, { sessionId, stepId: 'pass' });
  t.match(attempt, {
    state: 'errored',
    passed: false,
    finding: { code: 'CONTAINER_NOT_FOUND' },
    verdicts: [{ state: 'errored', finding: { code: 'CONTAINER_NOT_FOUND' }, exitCode: undefined }],
  });
  t.equal(await database.client.progress.count(), 0);
  t.equal(world.events.length, 1, 'waiting clients are notified');
});

await eachDatabase(
  t,
  'the newest twenty attempts of a step keep their evidence, older ones the rest',
  async (t, database) => {
    const { checks, actors, sessionId } = await createCheckWorld(t, { database, engine, machineId });
    const { owner } = actors;
    const first = await checks.service.run(owner, { sessionId, stepId: 'pass' });
    const failed = await checks.service.run(owner, { sessionId, stepId: 'fail' });
    const old = await database.client.attempt.findUniqueOrThrow({ where: { id: first.id } });
    const data = Array.from({ length: 18 }, () => ({ ...old, id: newId() }));
    await database.client.attempt.createMany({ data });
    const twentieth = await checks.service.run(owner, { sessionId, stepId: 'pass' });
    const evidenceOf = async (id: string) => (await checks.service.get(owner, id)).verdicts[0]?.evidence;
    t.equal(await evidenceOf(first.id), 'Well done.', 'the twentieth');
    const last = await checks.service.run(owner, { sessionId, stepId: 'pass' });
    const emptied = first.verdicts.map((verdict) => ({ ...verdict, evidence: '' }));
    t.same(await checks.service.get(owner, first.id), { ...first, verdicts: emptied });
    for (const { id } of [failed, twentieth, last]) t.match(await evidenceOf(id), /./);
  },
);

await eachDatabase(t, 'a user who runs checks nonstop has to wait, and nobody else', async (t, database) => {
  const missing = 'f'.repeat(64);
  const clock = createFakeClock(new Date());
  const world = await createCheckWorld(t, { database, engine, machineId: missing, clock });
  const { actors, sessionId, addSession } = world;
  const checks = world.neighbour({ checksPerDay: 61 });
  const run = () => checks.service.run(actors.owner, { sessionId, stepId: 'pass' });
  for (let runs = 0; runs < 60; runs++) await run();
  await clock.advance(20_500);
  await t.rejects(run(), { code: 'RATE_LIMITED', details: { seconds: 40 } });
  t.equal(await database.client.attempt.count(), 60);
  const others = await addSession(actors.other.userId);
  t.ok(await checks.service.run(actors.other, { sessionId: others, stepId: 'pass' }));
  await clock.advance(39_500);
  t.ok(await run());
  await t.rejects(run(), { code: 'RATE_LIMITED', details: { seconds: 24 * 3_600 - 60 } }, 'until tomorrow');
});

await eachDatabase(t, 'NUL characters are removed from output', async (t, database) => {
  const { checks, actors, sessionId } = await createCheckWorld(t, { database, engine, machineId });
  const attempt = await checks.service.run(actors.owner, { sessionId, stepId: 'nul' });
  t.match(attempt, { passed: true, message: 'ab', verdicts: [{ evidence: 'ab' }] });
});

await eachDatabase(t, 'attempts are listed newest first, by page and filter', async (t, database) => {
  const { checks, actors, sessionId, addSession } = await createCheckWorld(t, {
    database,
    engine,
    machineId,
  });
  const { service } = checks;
  const { owner } = actors;
  const elsewhere = await addSession(owner.userId, 'other');
  const ids: string[] = [];
  for (const stepId of ['pass', 'fail', 'pass'])
    ids.unshift((await service.run(owner, { sessionId, stepId })).id);
  ids.unshift((await service.run(owner, { sessionId: elsewhere, stepId: 'pass' })).id);

  const idsOf = async (filter: object, request: { first: number; after?: string | undefined } = page) =>
    (await service.listAttempts(owner, filter, request)).items.map(({ node }) => node.id);
  t.same(await idsOf({}), ids);
  t.same(await idsOf({ step: 'pass' }), [ids[0], ids[1], ids[3]]);
  t.same(await idsOf({ lab: 'lab', step: 'pass' }), [ids[1], ids[3]]);
  t.same(await idsOf({ sessionId: elsewhere }), [ids[0]]);

  const first = await service.listAttempts(owner, {}, { first: 3 });
  t.equal(first.hasNextPage, true);
  t.same(await idsOf({}, { first: 3, after: first.items[2]?.cursor }), [ids[3]]);
  t.equal(await outcomeOf(() => idsOf({}, { first: 101 })), 'INPUT_INVALID');
  t.equal(await outcomeOf(() => idsOf({}, { first: 1, after: '?' })), 'INPUT_INVALID');
});

await eachDatabase(
  t,
  'progress of many sessions is read in one query, in the requested order',
  async (t, database) => {
    const { checks, actors, sessionId, addSession } = await createCheckWorld(t, {
      database,
      engine,
      machineId,
    });
    const { service } = checks;
    const { owner, other } = actors;
    await service.run(owner, { sessionId, stepId: 'pass' });
    await service.run(owner, { sessionId, stepId: 'fail' });
    await service.run(other, { sessionId: await addSession(other.userId, 'other'), stepId: 'pass' });
    const pairs = [
      { learnerId: other.userId, lab: 'other' },
      { learnerId: owner.userId, lab: 'lab' },
      { learnerId: owner.userId, lab: 'other' },
      { learnerId: other.userId, lab: 'other' },
      { learnerId: owner.userId, lab: 'gone' },
    ];
    const answers = await service.progress(actors.instructor, pairs);
    t.same(
      answers.map(({ learnerId, labSlug, passed, total }) => ({ learnerId, lab: labSlug, passed, total })),
      [
        { ...pairs[0], passed: 1, total: 1 },
        { ...pairs[1], passed: 1, total: 6 },
        { ...pairs[2], passed: 0, total: 1 },
        { ...pairs[3], passed: 1, total: 1 },
        { ...pairs[4], passed: 0, total: 0 },
      ],
    );
    t.same(
      answers[1]?.steps.map(({ stepId, attempts }) => `${stepId} ${attempts}`),
      ['read 0', 'pass 1', 'fail 1', 'flag 0', 'slow 0', 'endless 0', 'nul 0'],
    );
  },
);
