import t from 'tap';
import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import { newId } from '../../../src/core/ids.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { createInsights } from '../../../src/domains/insights/insight-service.ts';
import type { LabCatalogue } from '../../../src/domains/labs/catalogue.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { courseActors, courseWorld } from '../../kit/service/courses.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { testLab } from '../../kit/sessions/sessions.ts';

const MINUTE = 60_000;
const lab = testLab('lab');
const [step] = lab.steps;
const steps = ['first', 'second', 'unchecked'].map((id) => ({
  ...step,
  id,
  checks: id === 'unchecked' ? [] : [{ id: 'check' }],
}));
const catalogue = { find: () => lab, version: () => ({ ...lab, steps }) } as unknown as LabCatalogue;

/** A finished attempt, `minute` minutes after the learner's start. */
interface Tried {
  actor: Actor;
  stepId: string;
  minute: number;
  passed?: boolean;
  finding?: { message: string; findingCode?: string };
  run?: number;
  state?: 'finished' | 'errored';
}

async function setUp(t: Test, database: Database) {
  const world = await courseWorld(t, database);
  const { course, instructor, actors } = await world.openCourse();
  const { id: assignment } = await world.assignments.create(instructor, course.id, 'lab', {});
  const { clock } = world;
  const { client } = database;
  const from = clock.now();
  const insights = createInsights({ database, access: world.grading, catalogue, clock });

  async function begin({ userId: learnerId }: Actor): Promise<void> {
    await client.assignmentWork.create({
      data: { assignmentId: assignment, learnerId, runs: 1, startedAt: from },
    });
  }

  let count = 0;
  async function tried({
    actor,
    stepId,
    minute,
    passed = false,
    finding,
    run = 1,
    state = 'finished',
  }: Tried) {
    const at = new Date(from.getTime() + minute * MINUTE);
    // The clock of ids counts milliseconds.
    const id = newId(new Date(at.getTime() + count++));
    const of = { learnerId: actor.userId, labSlug: 'lab', labVersion: 'v', stepId };
    await client.attempt.create({
      data: { id, ...of, assignmentId: assignment, run, state, passed, startedAt: at, finishedAt: at },
    });
    if (!finding) return;
    const verdict = { checkId: 'check', kind: 'script', weight: 1, state: 'finished', evidence: '' } as const;
    await client.checkVerdict.create({
      data: { attemptId: id, place: 0, ...verdict, passed: false, score: 0, ...finding },
    });
  }

  async function runSession({ userId: learnerId }: Actor, run = 1): Promise<void> {
    const now = clock.now();
    const of = { id: newId(now), learnerId, labSlug: 'lab', labVersion: 'v', run };
    const life = {
      createdAt: from,
      readyAt: from,
      lastActivityAt: now,
      expiresAt: now,
      endsAt: now,
      maxEndsAt: now,
    };
    await client.session.create({
      data: { ...of, ...life, assignmentId: assignment, state: 'ready', idleMinutes: 9 },
    });
  }

  const learner = actors.learner as Actor;
  const second = await world.person('Second');
  await world.members.add(instructor, course.id, { userId: second.userId, role: 'learner' });
  return {
    ...world,
    course,
    instructor,
    actors,
    assignment,
    insights,
    begin,
    tried,
    runSession,
    learner,
    second,
  };
}

await eachDatabase(t, 'the insights into an assignment', async (t, database) => {
  const { instructor, assignment, insights, begin, tried, learner, second } = await setUp(t, database);
  for (const actor of [learner, second]) await begin(actor);
  const missing = { message: 'No file /a.', findingCode: 'FILE_MISSING' };
  const other = { message: 'No file /b.', findingCode: 'FILE_MISSING' };
  const own = { message: 'Not yet' };
  await tried({ actor: learner, stepId: 'first', minute: 1, finding: missing });
  await tried({ actor: learner, stepId: 'first', minute: 2, finding: own });
  await tried({ actor: learner, stepId: 'first', minute: 3, state: 'errored', finding: own });
  await tried({ actor: learner, stepId: 'first', minute: 4, passed: true });
  await tried({ actor: learner, stepId: 'first', minute: 5, finding: own });
  await tried({ actor: learner, stepId: 'second', minute: 10, passed: true });
  await tried({ actor: second, stepId: 'first', minute: 6, finding: other });
  await tried({ actor: instructor, stepId: 'first', minute: 7, finding: own, run: 0 });
  // Learners may have tried it as staff before.
  await tried({ actor: second, stepId: 'first', minute: 1, finding: own, run: 0 });
  await tried({ actor: second, stepId: 'first', minute: 2, passed: true, run: 0 });
  const found = await insights.steps(instructor, assignment);
  const once = (value: number) => ({ lower: value, median: value, upper: value });
  const check = { checkId: 'check' };
  t.same(found, [
    {
      stepId: 'first',
      tried: 2,
      passed: 1,
      attempts: once(3),
      minutes: once(4),
      findings: [
        { ...check, message: 'No file /b.', code: 'FILE_MISSING', learners: 2, attempts: 2 },
        { ...check, message: 'Not yet', code: undefined, learners: 1, attempts: 2 },
      ],
    },
    { stepId: 'second', tried: 1, passed: 1, attempts: once(1), minutes: once(6), findings: [] },
  ]);
});

await eachDatabase(t, 'a step that the lab lost is not listed', async (t, database) => {
  const { instructor, assignment, insights, begin, tried, runSession, learner, clock } = await setUp(
    t,
    database,
  );
  await begin(learner);
  for (let at = 0; at < 3; at++) await tried({ actor: learner, stepId: 'gone', minute: at });
  await tried({ actor: learner, stepId: 'first', minute: 4, passed: true });
  t.match(
    (await insights.steps(instructor, assignment)).map(({ stepId, tried }) => [stepId, tried]),
    [
      ['first', 1],
      ['second', 0],
    ],
  );
  clock.jump(5 * MINUTE);
  await runSession(learner);
  t.same(await insights.stuck(instructor, assignment, { failures: 3, minutes: 30 }), []);
  clock.jump(60 * MINUTE);
  await runSession(learner);
  t.match(await insights.stuck(instructor, assignment, { failures: 3, minutes: 30 }), [
    { stepId: 'second', reasons: ['no_progress'] },
  ]);
});

await eachDatabase(t, 'a step lists its five most common findings', async (t, database) => {
  const { instructor, assignment, insights, begin, tried, learner, second } = await setUp(t, database);
  for (const actor of [learner, second]) await begin(actor);
  for (let at = 0; at < 8; at++) {
    await tried({ actor: learner, stepId: 'first', minute: at, finding: { message: `message ${at}` } });
  }
  await tried({ actor: second, stepId: 'first', minute: 9, finding: { message: 'message 7' } });
  await tried({ actor: second, stepId: 'second', minute: 9, finding: { message: 'message 7' } });
  const [first, next] = await insights.steps(instructor, assignment);
  t.same(
    first?.findings.map(({ message, learners }) => [message, learners]),
    [['message 7', 2], ...[0, 1, 2, 3].map((at) => [`message ${at}`, 1])],
  );
  t.same(
    next?.findings.map(({ message }) => message),
    ['message 7'],
  );
});

await eachDatabase(t, 'staff see who is stuck', async (t, database) => {
  const world = await setUp(t, database);
  const { instructor, assignment, insights, clock, begin, tried, runSession, learner, second, members } =
    world;
  for (const actor of [learner, second]) await begin(actor);
  for (let at = 0; at < 3; at++) await tried({ actor: learner, stepId: 'first', minute: at });
  clock.jump(30 * MINUTE);
  await runSession(second);
  await runSession(instructor, 0);
  const limits = { failures: 3, minutes: 30 };
  const stuck = await insights.stuck(instructor, assignment, limits);
  t.match(stuck, [
    { member: { userId: learner.userId }, stepId: 'first', reasons: ['failures'], failures: 3 },
    { member: { userId: second.userId }, stepId: 'first', reasons: ['no_progress'], failures: 0 },
  ]);
  t.equal(stuck.length, 2, 'staff who try it are not listed');
  t.same(await insights.stuck(instructor, assignment, { failures: 4, minutes: 31 }), []);
  const { id: sectionId } = await world.courses.createSection(instructor, world.course.id, 'B');
  await members.update(instructor, stuck[1]?.member.id ?? '', { sectionId });
  t.match(await insights.stuck(instructor, assignment, { ...limits, sectionId }), [
    { member: { userId: second.userId } },
  ]);
  await t.rejects(insights.stuck(instructor, assignment, { ...limits, sectionId: 'none' }), {
    code: 'SECTION_NOT_FOUND',
  });
  await members.update(instructor, stuck[0]?.member.id ?? '', { active: false });
  t.match(await insights.stuck(instructor, assignment, limits), [{ member: { userId: second.userId } }]);
  for (const [name, value] of [
    ['failures', 0],
    ['minutes', 0],
    ['failures', 1.5],
    ['minutes', 1e9],
  ] as const) {
    await t.rejects(insights.stuck(instructor, assignment, { ...limits, [name]: value }), {
      code: 'INPUT_INVALID',
      message: name,
    });
  }
});

await eachDatabase(t, 'who may see insights', async (t, database) => {
  const { actors, assignment, insights } = await setUp(t, database);
  const [no, lost] = ['FORBIDDEN', 'ASSIGNMENT_NOT_FOUND'];
  const expected = ['ok', 'ok', 'ok', no, lost, lost, lost, 'ok', 'UNAUTHENTICATED'];
  const operations: Record<keyof typeof insights, (actor: Actor | undefined) => Promise<unknown>> = {
    steps: (actor) => insights.steps(actor, assignment),
    stuck: (actor) => insights.stuck(actor, assignment, { failures: 1, minutes: 1 }),
  };
  t.same(Object.keys(insights), Object.keys(operations));
  for (const ask of Object.values(operations)) {
    const outcomes = [];
    for (const who of courseActors) outcomes.push(await outcomeOf(() => ask(actors[who])));
    t.same(outcomes, expected);
  }
});
