import t from 'tap';
import { createPollLimit } from '../../../../src/domains/checks/poll-limit.ts';
import { createFakeClock } from '../../../support/fake-clock.ts';

await t.test('polls of one user in one session are apart, whatever others do', async (t) => {
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

await t.test('no more are remembered than there is room for', async (t) => {
  const limit = createPollLimit({ clock: createFakeClock(), mostPolls: 3 });
  const poll = (sessionId: string) => () => limit.count({ userId: 'a', sessionId, seconds: 5 });
  for (const session of ['1', '2', '3', '4']) poll(session)();
  t.equal(limit.size(), 3);
  t.throws(poll('2'), { code: 'RATE_LIMITED' });
  t.doesNotThrow(poll('1'), 'the first is forgotten');
});
