import t from 'tap';
import { createWarmFailures } from '../../../../../src/domains/sessions/pool/warm-failures.ts';
import { createFakeClock } from '../../../../support/fake-clock.ts';

await t.test('a lab that cannot be made is tried ever more rarely, up to every ten minutes', async (t) => {
  const clock = createFakeClock();
  const failures = createWarmFailures({ clock });
  const lab = { slug: 'a', version: 'v1' };
  t.ok(failures.mayTry(lab));
  const pauses: number[] = [];
  for (let tries = 0; tries < 8; tries++) {
    pauses.push(failures.failed(lab) / 1000);
    t.notOk(failures.mayTry(lab));
    clock.jump((pauses.at(-1) ?? 0) * 1000);
    t.ok(failures.mayTry(lab));
  }
  t.same(pauses, [10, 20, 40, 80, 160, 320, 600, 600]);
});

await t.test('another version of the lab, a success or the engine’s return end the pause', async (t) => {
  const failures = createWarmFailures({ clock: createFakeClock() });
  const lab = { slug: 'a', version: 'v1' };
  failures.failed(lab);
  t.ok(failures.mayTry({ slug: 'a', version: 'v2' }));
  t.ok(failures.mayTry({ slug: 'b', version: 'v1' }));
  failures.succeeded(lab);
  t.ok(failures.mayTry(lab));
  failures.failed(lab);
  failures.clear();
  t.ok(failures.mayTry(lab));
});
