import t from 'tap';
import type { Test } from 'tap';
import { outcomeOf } from '../../kit/service/actors.ts';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { createCheckWorld } from '../../kit/labs/check-world.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import type { Database } from '../../../src/infra/database/database.ts';

const { engine, machineId, shell } = await startCheckMachine(t);
const stepId = 'limited';

/** A learner at a step with two questions: one allows three wrong answers, and each wrong answer costs points. */
async function learnerAt(t: Test, database: Database) {
  const { checks, actors, addSession } = await createCheckWorld(t, { database, engine, machineId });
  const { owner } = actors;
  const sessionId = await addSession(owner.userId, 'mixed');
  const answer = (given: Record<string, string>, session = sessionId) => {
    const answers = Object.entries(given).map(([checkId, text]) => ({ checkId, text }));
    return checks.service.run(owner, { sessionId: session, stepId, answers });
  };
  return { checks, owner, sessionId, answer, addSession: () => addSession(owner.userId, 'mixed') };
}

await eachDatabase(t, 'each wrong answer costs points, and the explanation waits', async (t, database) => {
  const { checks, owner, answer } = await learnerAt(t, database);
  const first = await answer({ few: 'wrong', dear: 'wrong' });
  t.match(first.verdicts, [
    {
      passed: false,
      message: 'That is not right. Answers left: 2.',
      finding: { code: 'ANSWER_WRONG_LEFT', details: { left: 2 } },
      explanation: undefined,
    },
    { passed: false, message: 'That is not right.', explanation: undefined },
  ]);
  await answer({ dear: 'wrong too' });
  const right = await answer({ few: 'right', dear: 'right' });
  t.match(right, {
    passed: true,
    verdicts: [
      { passed: true, score: 0.8 },
      { passed: true, score: 0.5 },
    ],
  });
  t.equal(Math.round(right.score * 100), 65, 'a fifth off one, two quarters off the other');
  t.match(right.verdicts[0]?.explanation, { en: 'It is right.' });
  t.same(await checks.service.get(owner, right.id), right);
  for (let count = 0; count < 4; count++) await answer({ dear: 'wrong' });
  t.match(await answer({ few: 'right', dear: 'right' }), {
    passed: true,
    verdicts: [{ score: 0.8 }, { score: 0 }],
  });
});

await eachDatabase(
  t,
  'a question is closed after the allowed number of wrong answers',
  async (t, database) => {
    const { answer, addSession } = await learnerAt(t, database);
    await answer({ few: 'a' });
    await answer({ few: 'b' }, await addSession());
    const last = await answer({ few: 'c' });
    const closed = {
      passed: false,
      score: 0,
      finding: { code: 'ANSWER_USED_UP' },
      explanation: { en: 'It is right.' },
    };
    t.match(last.verdicts[0], closed);
    t.match((await answer({ few: 'right' })).verdicts[0], closed, 'even to the right answer, in any session');
    t.match((await answer({ few: 'right' }, await addSession())).verdicts[0], closed);
    t.match((await answer({ dear: 'right' })).verdicts, [{ passed: false }, { passed: true, score: 1 }]);
  },
);

await eachDatabase(t, 'simultaneous wrong answers are all counted', async (t, database) => {
  const { answer, addSession } = await learnerAt(t, database);
  const sessions = await Promise.all(Array.from({ length: 8 }, () => addSession()));
  const attempts = await Promise.all(sessions.map((session) => answer({ few: 'wrong' }, session)));
  const codes = attempts.map(({ verdicts }) => JSON.stringify(verdicts[0]?.finding)).toSorted();
  t.same(new Set(codes).size, 3, codes.join());
  t.equal(codes.filter((code) => code.includes('ANSWER_USED_UP')).length, 6, codes.join());
});

await eachDatabase(t, 'trying answers always costs points', async (t, database) => {
  const { checks, owner, sessionId, answer } = await learnerAt(t, database);
  const poll = { sessionId, stepId: 'polled', poll: true };
  const answers = [{ checkId: 'check', text: 'a' }];
  t.equal(await outcomeOf(() => checks.service.run(owner, { ...poll, answers })), 'INPUT_INVALID');
  await shell('touch /tmp/lost');
  t.teardown(() => shell('rm -f /tmp/lost'));
  t.match(await answer({ few: 'wrong', dear: 'wrong' }), {
    state: 'errored',
    verdicts: [{ finding: { code: 'ANSWER_WRONG_LEFT' } }, {}, { state: 'errored' }],
  });
  await shell('rm -f /tmp/lost');
  const { verdicts } = await answer({ few: 'right', dear: 'right' });
  t.match(verdicts, [{ score: 0.8 }, { score: 0.75 }], 'a check made to fail does not hide an answer');
});
