import t from 'tap';
import { outcomeOf } from '../../kit/service/actors.ts';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { createCheckWorld } from '../../kit/labs/check-world.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';

const { engine, machineId, shell } = await startCheckMachine(t);

await eachDatabase(t, 'a poll counts once it passes, and leaves no trace before', async (t, database) => {
  await shell('rm -f /tmp/polled');
  const clock = createFakeClock(new Date());
  const world = await createCheckWorld(t, { database, engine, machineId, clock });
  const { checks, actors, addSession, events, touched } = world;
  const { owner } = actors;
  const sessionId = await addSession(owner.userId, 'mixed');
  const run = (stepId: string, poll: boolean) => checks.service.run(owner, { sessionId, stepId, poll });
  const poll = () => run('polled', true);

  const first = await poll();
  t.match(first, {
    state: 'finished',
    passed: false,
    verdicts: [{ message: '/tmp/polled does not exist.' }],
  });
  t.equal(await outcomeOf(() => checks.service.get(owner, first.id)), 'NOT_FOUND');
  for (const rows of ['attempt', 'checkVerdict', 'progress'] as const) {
    t.equal(await (database.client[rows] as { count(): Promise<number> }).count(), 0, rows);
  }
  await t.rejects(poll(), { code: 'RATE_LIMITED', details: { seconds: 5 } });
  t.equal(await outcomeOf(() => run('ask', true)), 'INPUT_INVALID', 'a step without polling');
  t.same(
    { events, touched },
    { events: [], touched: [] },
    'no event is sent, and the session does not count as used',
  );

  t.match(await run('polled', false), { passed: false }, 'the learner may check at any time');
  t.match(await database.client.progress.findMany(), [{ attempts: 1, failures: 1 }]);

  await shell('touch /tmp/polled');
  await clock.advance(5_000);
  const passed = await poll();
  t.match(passed, { passed: true, score: 1 });
  t.same(await checks.service.get(owner, passed.id), passed);
  t.match(await database.client.progress.findMany(), [{ attempts: 2, failures: 1, passed: true }]);
  t.match(events, [{}, { attemptId: passed.id }]);

  await clock.advance(5_000);
  t.same(await poll(), passed, 'another poll adds nothing');
  t.match(await database.client.progress.findMany(), [{ attempts: 2 }]);
  t.equal(await database.client.attempt.count(), 2);
  await shell('rm /tmp/polled');
  t.match(await run('polled', false), { passed: false });
  await shell('touch /tmp/polled');
  await clock.advance(5_000);
  const again = await poll();
  t.not(again.id, passed.id, 'unless the last attempt failed');
  t.same(await checks.service.get(owner, again.id), again);
  t.match(await database.client.progress.findMany(), [{ attempts: 4, failures: 2 }]);
});
