import { test } from 'tap';
import {
  createPollLimit,
  createRunLimit,
  RUNS_PER_WINDOW,
} from '../../../../src/domains/checks/rate-limits.ts';
import { createFakeClock } from '../../../kit/basics/fake-clock.ts';

await test('limits polls of one user in one session, independent of others', async (t) => {
  const clock = createFakeClock();
  const limit = createPollLimit({ clock });
  const poll = (userId: string, sessionId: string) => () => limit.count({ userId, sessionId, seconds: 5 });
  poll('a', '1')();
  await clock.advance(1_500);
  t.throws(poll('a', '1'), { code: 'RATE_LIMITED', details: { seconds: 4 } });
  poll('a', '2')();
  poll('b', '1')();
  await clock.advance(3_500);
  poll('a', '1')();
  t.throws(poll('a', '1'), { code: 'RATE_LIMITED' }, 'counted from the last one');
});

await test('limits how many are remembered', async (t) => {
  const limit = createPollLimit({ clock: createFakeClock(), mostPolls: 3 });
  const poll = (sessionId: string) => () => limit.count({ userId: 'a', sessionId, seconds: 5 });
  for (const session of ['1', '2', '3', '4']) poll(session)();
  t.equal(limit.size(), 3);
  t.throws(poll('2'), { code: 'RATE_LIMITED' });
  t.doesNotThrow(poll('1'), 'the first is forgotten');
});

await test('limits the checks of a user per minute, independent of others', async (t) => {
  const clock = createFakeClock();
  const limit = createRunLimit({ clock });
  for (let run = 0; run < RUNS_PER_WINDOW; run++) limit.count('one');
  t.throws(() => limit.count('one'), { code: 'RATE_LIMITED', details: { seconds: 60 } });
  limit.count('other');
  clock.jump(59_001);
  t.throws(() => limit.count('one'), { code: 'RATE_LIMITED', details: { seconds: 1 } });
  clock.jump(999);
  limit.count('one');
});

await test('users whose minute has passed are forgotten, and their number is limited', async (t) => {
  const clock = createFakeClock();
  const limit = createRunLimit({ clock, mostUsers: 3 });
  for (const user of ['a', 'b', 'c', 'd', 'e']) limit.count(user);
  t.equal(limit.users(), 3);
  clock.jump(60_000);
  limit.count('f');
  t.equal(limit.users(), 1);
});
