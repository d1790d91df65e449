import { test } from 'tap';
import { createRestartLimit } from '../../../../../src/domains/sessions/reconcile/repairs.ts';
import { createFakeClock } from '../../../../kit/basics/fake-clock.ts';

await test('restarts a machine three times in ten minutes, counted per machine', async (t) => {
  const clock = createFakeClock();
  const limit = createRestartLimit({ clock });
  t.same(
    [1, 2, 3, 4].map(() => limit.allows('a')),
    [true, true, true, false],
  );
  t.ok(limit.allows('b'));
  await clock.advance(10 * 60_000);
  t.ok(limit.allows('a'));
});
