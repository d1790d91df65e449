import { test } from 'tap';
import { createRunLimit, RUNS_PER_WINDOW } from '../../../../src/domains/checks/run-limit.ts';
import { createFakeClock } from '../../../support/fake-clock.ts';

await test('a user has so many checks a minute, whatever others do', async (t) => {
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

await test('users whose minute is over are forgotten, and never more are known than the most', async (t) => {
  const clock = createFakeClock();
  const limit = createRunLimit({ clock, mostUsers: 3 });
  for (const user of ['a', 'b', 'c', 'd', 'e']) limit.count(user);
  t.equal(limit.users(), 3);
  clock.jump(60_000);
  limit.count('f');
  t.equal(limit.users(), 1);
});
