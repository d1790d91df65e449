import t from 'tap';
import { outcomeOf } from '../../kit/service/actors.ts';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { createCheckWorld } from '../../kit/labs/check-world.ts';
import { eachDatabase } from '../../kit/database/databases.ts';

const { engine, machineId, shell } = await startCheckMachine(t);

await eachDatabase(t, 'all checks of a step make one attempt, each with its verdict', async (t, database) => {
  await shell('rm -f /tmp/whole /home/learner/flag');
  const { checks, actors, addSession, events } = await createCheckWorld(t, { database, engine, machineId });
  const { owner } = actors;
  const sessionId = await addSession(owner.userId, 'mixed');
  const run = (answers: { checkId: string; options?: number[]; text?: string }[] = []) =>
    checks.service.run(owner, { sessionId, stepId: 'parts', answers });
  const progress = async () =>
    (await checks.service.progress(owner, [{ learnerId: owner.userId, lab: 'mixed' }]))[0]?.steps[0];

  const first = await run();
  t.match(first, { state: 'finished', passed: false, score: 0.2, message: 'Half of it is there.' });
  t.match(first.verdicts, [
    { checkId: 'half', kind: 'script', weight: 2, passed: false, score: 0.5, exitCode: 93 },
    {
      checkId: 'which',
      kind: 'quiz',
      score: 0,
      message: 'This question has no answer yet.',
      explanation: undefined,
    },
    {
      checkId: 'word',
      kind: 'quiz',
      score: 0,
      message: 'This question has no answer yet.',
      explanation: undefined,
    },
    {
      checkId: 'flag',
      kind: 'file',
      score: 0,
      message: '~/flag does not exist.',
      finding: { code: 'FILE_ABSENT', details: { path: '~/flag' } },
      evidence: '',
    },
  ]);
  t.equal(first.finding, undefined, 'the text comes from the lab');

  const wrong = await run([
    { checkId: 'which', options: [2] },
    { checkId: 'word', text: 'something' },
  ]);
  t.match(wrong.verdicts[1], {
    passed: false,
    message: 'That is not right.',
    evidence: 'three',
    explanation: undefined,
  });
  t.match(wrong.verdicts[2], { passed: false, evidence: 'something', explanation: undefined });
  t.notOk(/two|secret/.test(JSON.stringify(wrong.verdicts)), 'the right answer is not shown');

  await shell('touch /home/learner/flag');
  const passed = await run([
    { checkId: 'word', text: ' Secret ' },
    { checkId: 'which', options: [1] },
  ]);
  const done = { message: 'Done.', finding: { code: 'DONE', details: {} } };
  t.match(passed, { state: 'finished', passed: true, score: 0.8, ...done });
  const explanation = { en: 'It is the second.', ko: '두 번째입니다.' };
  t.match(passed.verdicts[1], { passed: true, explanation }, 'except to staff');
  t.match(await progress(), { attempts: 3, passed: true, score: 0.8, bestScore: 0.8 });
  t.same(await checks.service.get(owner, passed.id), passed);

  await run();
  t.match(
    await progress(),
    { attempts: 4, passed: true, score: 0.4, bestScore: 0.8 },
    "the lab's own: the last",
  );
  t.equal(events.length, 4, 'one attempt each');
  t.equal(await database.client.checkVerdict.count(), 16);
  await database.client.user.delete({ where: { id: owner.userId } });
  t.equal(await database.client.checkVerdict.count(), 0);
});

await eachDatabase(t, 'one check that could not judge leaves the attempt unjudged', async (t, database) => {
  const { checks, actors, addSession } = await createCheckWorld(t, { database, engine, machineId });
  const sessionId = await addSession(actors.owner.userId, 'mixed');
  const attempt = await checks.service.run(actors.owner, { sessionId, stepId: 'broken' });
  t.match(attempt, {
    state: 'errored',
    passed: false,
    finding: { code: 'CHECK_NOT_STARTED', details: { problem: /its interpreter/ } },
    message: /its interpreter \/bin\/none is not in the machine/,
    verdicts: [{ state: 'finished' }, { state: 'errored' }, { state: 'finished', passed: true }],
  });
  t.equal(await database.client.progress.count(), 0);
});

await eachDatabase(t, 'a lab uses the language of its learner', async (t, database) => {
  await shell('rm -f /tmp/whole');
  const { checks, actors, addSession } = await createCheckWorld(t, { database, engine, machineId });
  const sessionId = await addSession(actors.owner.userId, 'mixed');
  const run = (language: string | undefined) =>
    checks.service.run(actors.owner, {
      sessionId,
      stepId: 'parts',
      answers: [{ checkId: 'which', options: [2] }],
      language,
    });
  const korean = await run('ko-KR');
  t.match(korean.verdicts, [{ message: '절반입니다.' }, { evidence: '셋' }]);
  for (const language of [undefined, 'de', '$(id); x'.repeat(10_000)]) {
    t.match((await run(language)).verdicts, [{ message: 'Half of it is there.' }, { evidence: 'three' }]);
  }
});

await eachDatabase(
  t,
  'an answer without a question is rejected before anything runs',
  async (t, database) => {
    const { checks, actors, addSession } = await createCheckWorld(t, { database, engine, machineId });
    const sessionId = await addSession(actors.owner.userId, 'mixed');
    const run = (answer: object, stepId = 'parts') =>
      outcomeOf(() =>
        checks.service.run(actors.owner, { sessionId, stepId, answers: [{ checkId: 'which', ...answer }] }),
      );
    t.equal(await run({ checkId: 'half', text: 'x' }), 'INPUT_INVALID');
    t.equal(await run({ options: [3] }), 'INPUT_INVALID');
    t.equal(await database.client.attempt.count(), 0);
    t.equal(await run({ checkId: 'check', options: [1] }, 'ask'), 'ok', 'a step with questions only');
    await database.client.session.update({ where: { id: sessionId }, data: { state: 'ended' } });
    t.equal(await run({ checkId: 'check', options: [1] }, 'ask'), 'SESSION_NOT_READY');
  },
);
