import { setImmediate } from 'node:timers/promises';
import { test } from 'tap';
import type { PreparingProgress } from '../../../../../src/domains/sessions/provisioning/preparing/preparation.ts';
import { createProgressReports } from '../../../../../src/domains/sessions/provisioning/provisioning.ts';
import { createFakeClock } from '../../../../kit/basics/fake-clock.ts';

function setUp() {
  const clock = createFakeClock();
  const written: PreparingProgress[] = [];
  const errors: unknown[] = [];
  const reports = createProgressReports({
    clock,
    write: async (progress) => void written.push(progress),
    onError: (error) => errors.push(error),
  });
  return { clock, written, reports };
}

await test('writes the first report immediately, and later ones in order with only the newest', async (t) => {
  const { clock, written, reports } = setUp();
  for (const percent of [1, 2, 3]) reports.report({ phase: 'pulling', percent });
  await setImmediate();
  t.same(written, [{ phase: 'pulling', percent: 1 }]);
  await clock.advance(250);
  t.same(written.at(-1), { phase: 'pulling', percent: 3 });
  t.equal(written.length, 2);
});

await test('does not write the same report again', async (t) => {
  const { clock, written, reports } = setUp();
  reports.report({ phase: 'creating' });
  await clock.advance(1000);
  reports.report({ phase: 'creating' });
  await clock.advance(1000);
  t.equal(written.length, 1);
  reports.report({ phase: 'starting' });
  await setImmediate();
  t.equal(written.length, 2);
});

await test('writes nothing after the end', async (t) => {
  const { clock, written, reports } = setUp();
  reports.report({ phase: 'creating' });
  reports.report({ phase: 'starting' });
  reports.close();
  await clock.advance(1000);
  t.equal(written.length, 1);
});
