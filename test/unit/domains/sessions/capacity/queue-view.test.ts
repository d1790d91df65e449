import { setImmediate } from 'node:timers/promises';
import { test } from 'tap';
import { shareRuns } from '../../../../../src/domains/sessions/capacity/queue-view.ts';

await test('requests during a run get the next one, and share it', async (t) => {
  let runs = 0;
  let world = 'before';
  const look = shareRuns(async () => {
    runs += 1;
    const seen = world;
    await setImmediate();
    return seen;
  });
  const first = look();
  await Promise.resolve();
  await Promise.resolve();
  world = 'after';
  const others = [look(), look(), look()];
  t.equal(await first, 'before');
  t.strictSame(await Promise.all(others), ['after', 'after', 'after']);
  t.equal(runs, 2);
});

await test('a failed run rejects its requests, and the next one runs', async (t) => {
  let runs = 0;
  const look = shareRuns(async () => {
    runs += 1;
    if (runs === 1) throw new Error('once');
    return runs;
  });
  await t.rejects(look(), { message: 'once' });
  t.equal(await look(), 2);
});
