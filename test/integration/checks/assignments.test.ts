import t from 'tap';
import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import { newId } from '../../../src/core/ids.ts';
import { newAssignment } from '../../../src/domains/courses/assignment-service.ts';
import { toAssignmentRow } from '../../../src/domains/courses/assignment-store.ts';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { createCheckWorld, sessionsOn } from '../../kit/labs/check-world.ts';
import { fault } from '../../../src/core/errors.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';

const { engine, machineId } = await startCheckMachine(t);
const page = { first: 100 };

/** A learner's sessions of the lab `mixed` in two assignments and in self-study. */
async function setUp(t: Test, database: Database) {
  const { checks, actors, addSession, catalogue, neighbour, events } = await createCheckWorld(t, {
    database,
    engine,
    machineId,
  });
  const { owner } = actors;
  const learnerId = owner.userId;
  const now = new Date();
  const course = { id: newId(), title: 'x', timeZone: 'UTC', state: 'open', createdById: 'x' } as const;
  await database.client.course.create({ data: { ...course, createdAt: now, updatedAt: now } });
  const assign = async (counts: 'best' | 'last') => {
    const assignment = { ...newAssignment(course.id, 'mixed', now), id: newId(), counts };
    await database.client.assignment.create({ data: toAssignmentRow(assignment) });
    return assignment.id;
  };
  return {
    service: checks.service,
    events,
    catalogue,
    neighbour,
    hints: checks.hints,
    owner,
    best: await assign('best'),
    last: await assign('last'),
    session: (assignmentId?: string, run = 1) =>
      addSession(
        learnerId,
        'mixed',
        assignmentId === undefined ? {} : { assignmentId, run, courseId: 'course' },
      ),
    /** Answers the question of the step `ask`. */
    ask: (sessionId: string, isRight: boolean) =>
      checks.service.run(owner, {
        sessionId,
        stepId: 'ask',
        answers: [{ checkId: 'check', options: [isRight ? 1 : 0] }],
      }),
    /** Score of each step with a result. */
    async scores(of: { assignmentId?: string; run?: number } = {}) {
      const [progress] = await checks.service.progress(owner, [{ learnerId, lab: 'mixed', ...of }]);
      const tried = progress?.steps.filter(({ attempts }) => attempts > 0) ?? [];
      return Object.fromEntries(tried.map(({ stepId, score }) => [stepId, Math.round(score * 100)]));
    },
  };
}

await eachDatabase(t, 'progress counts for the assignment of its session only', async (t, database) => {
  const { service, owner, best, last, session, ask, scores, events } = await setUp(t, database);
  const mine = await session(best);
  t.match(await ask(mine, true), { passed: true, assignmentId: best, run: 1 });
  t.match(events, [{ sessionId: mine, learnerId: owner.userId, assignmentId: best, courseId: 'course' }]);
  t.same(await scores({ assignmentId: best }), { ask: 100 });
  t.same(await scores({ assignmentId: last }), {});
  t.same(await scores(), {});
  t.match(await ask(await session(), false), { passed: false, assignmentId: undefined, run: 0 });
  t.same(await scores(), { ask: 0 });
  t.same(await scores({ assignmentId: best }), { ask: 100 });
  const listed = await service.listAttempts(owner, { assignmentId: best }, page);
  t.match(
    listed.items.map(({ node }) => node),
    [{ sessionId: mine, assignmentId: best, run: 1 }],
  );
});

await eachDatabase(t, 'the best result of all attempts counts, or the last attempt', async (t, database) => {
  const { best, last, session, ask, scores, service, owner } = await setUp(t, database);
  const half = (sessionId: string) => service.run(owner, { sessionId, stepId: 'parts', answers: [] });
  for (const assignmentId of [best, last]) {
    await ask(await session(assignmentId), true);
    const second = await session(assignmentId, 2);
    t.same(
      await scores({ assignmentId, run: 2 }),
      assignmentId === best ? { ask: 100 } : {},
      'a new attempt starts with what counts',
    );
    t.same(await scores({ assignmentId }), { ask: 100 }, 'until it has a result, the one before counts');
    await half(second);
    await ask(second, false);
  }
  const { parts } = await scores({ assignmentId: best });
  t.ok(parts !== undefined && parts > 0 && parts < 60);
  t.same(await scores({ assignmentId: best }), { parts, ask: 100 });
  t.same(await scores({ assignmentId: last }), { parts, ask: 0 });
  const [progress] = await service.progress(owner, [
    { learnerId: owner.userId, lab: 'mixed', assignmentId: best },
  ]);
  t.match(
    progress?.steps.find(({ stepId }) => stepId === 'ask'),
    { attempts: 2, failures: 1, passed: true },
    'attempts and failures are counted over all attempts',
  );
});

await eachDatabase(
  t,
  'hints and wrong answers count in all attempts at an assignment',
  async (t, database) => {
    const { service, hints, owner, best, last, session, ask } = await setUp(t, database);
    const first = await session(best);
    await ask(first, false);
    const second = await session(best, 2);
    await ask(second, false);
    const hint = { stepId: 'ask', hintId: 'b' };
    t.match(await hints.reveal(owner, { sessionId: second, ...hint }), { cost: 0.3 }, 'after two failures');
    t.equal(Math.round((await ask(await session(best, 3), true)).score * 100), 70);
    const elsewhere = await session(last);
    t.equal((await ask(elsewhere, true)).score, 1, 'elsewhere the hint was not shown');
    await t.rejects(hints.reveal(owner, { sessionId: elsewhere, ...hint }), { code: 'HINT_TOO_EARLY' });

    const few = async (sessionId: string, text: string) => {
      const answers = [{ checkId: 'few', text }];
      const { verdicts } = await service.run(owner, { sessionId, stepId: 'limited', answers });
      return verdicts[0]?.finding?.code;
    };
    t.equal(await few(first, 'wrong'), 'ANSWER_WRONG_LEFT');
    t.equal(await few(second, 'wrong'), 'ANSWER_WRONG_LEFT');
    t.equal(await few(second, 'wrong'), 'ANSWER_USED_UP');
    t.equal(await few(await session(last), 'right'), 'ANSWER_RIGHT');
  },
);

await eachDatabase(t, 'nothing that staff tried counts', async (t, database) => {
  const { service, hints, owner, best, session, ask, scores } = await setUp(t, database);
  const trial = await session(best, 0);
  const fewAnswers = { stepId: 'limited', answers: [{ checkId: 'few', text: 'wrong' }] };
  for (let wrong = 0; wrong < 3; wrong++) {
    await ask(trial, false);
    await service.run(owner, { sessionId: trial, ...fewAnswers });
  }
  const hint = { stepId: 'ask', hintId: 'b' };
  t.match(await hints.reveal(owner, { sessionId: trial, ...hint }), { cost: 0.3 });
  t.equal((await ask(trial, true)).score, 0.7, 'it costs in the trial itself');
  t.same(await scores({ assignmentId: best, run: 0 }), { ask: 70, limited: 0 });
  t.same(await scores({ assignmentId: best }), {});
  const hintsOf = async (run?: number) => {
    const of = { learnerId: owner.userId, lab: 'mixed', assignmentId: best, run };
    const [progress] = await service.progress(owner, [of]);
    return progress?.steps.find(({ stepId }) => stepId === 'ask')?.hints.length;
  };
  t.same([await hintsOf(0), await hintsOf(1), await hintsOf()], [1, 0, 0]);

  const mine = await session(best, 1);
  await t.rejects(hints.reveal(owner, { sessionId: mine, ...hint }), {
    code: 'HINT_TOO_EARLY',
    details: { failures: 0 },
  });
  t.equal((await ask(mine, true)).score, 1);
  const { verdicts } = await service.run(owner, { sessionId: mine, ...fewAnswers });
  t.match(verdicts[0]?.finding, { code: 'ANSWER_WRONG_LEFT', details: { left: 2 } });
  t.same(await scores({ assignmentId: best }), { ask: 100, limited: 0 });
  t.same(await scores({ assignmentId: best, run: 0 }), { ask: 70, limited: 0 });
});

await eachDatabase(t, 'a check that would not count is refused', async (t, database) => {
  const { best, session, neighbour, owner } = await setUp(t, database);
  const sessions = sessionsOn(database, machineId);
  const over = async () => Promise.reject(fault('ASSIGNMENT_TIME_OVER', { minutes: 5 }));
  const { service } = neighbour({ sessions: { ...sessions, requireCounting: over } });
  const ask = async (sessionId: string) => {
    const answers = [{ checkId: 'check', options: [1] }];
    return await outcomeOf(() => service.run(owner, { sessionId, stepId: 'ask', answers }));
  };
  t.equal(await ask(await session(best)), 'ASSIGNMENT_TIME_OVER');
  t.equal(await database.client.attempt.count(), 0);
  t.equal(await ask(await session()), 'ok', 'in self-study, everything counts');
});

await eachDatabase(t, 'progress has the steps of the pinned version', async (t, database) => {
  const { best, session, ask, catalogue, neighbour, owner } = await setUp(t, database);
  const version: typeof catalogue.version = (slug, wanted) => {
    const lab = catalogue.version(slug, wanted);
    return wanted === 'old' ? { ...lab, steps: lab.steps.slice(1, 3) } : lab;
  };
  const { service } = neighbour({ catalogue: { ...catalogue, version } });
  await ask(await session(best), true);
  const of = [{ learnerId: owner.userId, lab: 'mixed', assignmentId: best }];
  t.equal((await service.progress(owner, of))[0]?.total, 5);
  await database.client.assignment.update({ where: { id: best }, data: { labVersion: 'old' } });
  t.match((await service.progress(owner, of))[0], { total: 2, passed: 1 });
});

await eachDatabase(t, 'the work of a large course is read whole', async (t, database) => {
  const { judged } = await createCheckWorld(t, { database, engine, machineId }).then(({ checks }) => checks);
  const at = new Date();
  const learners = Array.from({ length: 200 }, (_, number) => `learner-${number}`);
  await database.client.user.createMany({
    data: learners.map((id) => ({ id, name: id, role: 'student' as const, createdAt: at })),
  });
  const attempts = learners.flatMap((learnerId) =>
    Array.from({ length: 6 }, (_, step) => ({
      id: `${learnerId}-${step}`,
      learnerId,
      labSlug: 'mixed',
      labVersion: 'v1',
      stepId: `step-${step}`,
      assignmentId: 'large',
      run: 1,
      state: 'finished' as const,
      startedAt: at,
    })),
  );
  await database.client.attempt.createMany({ data: attempts });
  await database.client.checkVerdict.createMany({
    data: attempts.map(({ id }) => ({
      attemptId: id,
      place: 0,
      checkId: 'check',
      kind: 'script' as const,
      weight: 1,
      state: 'finished' as const,
      passed: true,
      score: 1,
      message: '',
      evidence: '',
    })),
  });
  const found = await judged('large', learners);
  t.equal(found.size, 200);
  t.match(found.get('learner-7')?.[5], { stepId: 'step-5', checks: [{ checkId: 'check', score: 1 }] });
});

await eachDatabase(t, 'of very many attempts, those that can count are read', async (t, database) => {
  const { judged } = await createCheckWorld(t, { database, engine, machineId }).then(({ checks }) => checks);
  const startedAt = new Date();
  await database.client.user.create({
    data: { id: 'learner', name: 'x', role: 'student', createdAt: startedAt },
  });
  const scores = [
    0.2,
    0.8,
    ...Array.from({ length: 300 }, () => 0.5),
    1,
    ...Array.from({ length: 300 }, () => 1),
    0.1,
  ];
  const of = { learnerId: 'learner', labSlug: 'mixed', labVersion: 'v1', assignmentId: 'flooded', startedAt };
  const data = [1, 2].flatMap((run) =>
    scores.map((score, at) => ({
      ...of,
      id: `${run}-${String(at).padStart(4, '0')}`,
      stepId: 'step',
      run,
      score: score / run,
      state: 'finished' as const,
    })),
  );
  const closesAt = new Date(startedAt.getTime() + 1_000);
  const late = new Date(startedAt.getTime() + 2_000);
  const afterwards = { ...of, id: '1-9999', stepId: 'step', run: 1, score: 0.7, state: 'finished' as const };
  const trial = { ...of, id: '0', stepId: 'step', run: 0, score: 1, state: 'finished' as const };
  const errored = { ...of, id: '9', stepId: 'step', run: 2, score: 0, state: 'errored' as const };
  const others = [trial, errored, { ...afterwards, startedAt: late }];
  for (const some of [data.slice(0, 700), data.slice(700), others]) {
    await database.client.attempt.createMany({ data: some });
  }
  const scoresOf = async (closing?: Date) => {
    const found = await judged('flooded', ['learner', 'other'], () => closing);
    return (found.get('learner') ?? []).map(({ run, score }) => [run, score]);
  };
  t.same((await scoresOf())[3], [1, 0.7], 'the last');
  t.same(
    await scoresOf(closesAt),
    [
      [1, 0.2],
      [1, 0.8],
      [1, 1],
      [1, 0.1],
      [2, 0.1],
      [2, 0.4],
      [2, 0.5],
      [2, 0.05],
    ],
    'without attempts after the assignment closed',
  );
});
