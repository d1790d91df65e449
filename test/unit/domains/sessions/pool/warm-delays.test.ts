import t from 'tap';
import {
  createStartPause,
  createWarmFailures,
} from '../../../../../src/domains/sessions/pool/warm-delays.ts';
import { createFakeClock } from '../../../../kit/basics/fake-clock.ts';

await t.test('doubles the delay of a failing lab, up to ten minutes', async (t) => {
  const clock = createFakeClock();
  const failures = createWarmFailures({ clock });
  const lab = { slug: 'a', version: 'v1' };
  t.ok(failures.mayTry(lab));
  const delays: number[] = [];
  for (let tries = 0; tries < 8; tries++) {
    delays.push(failures.failed(lab) / 1000);
    t.notOk(failures.mayTry(lab));
    clock.jump((delays.at(-1) ?? 0) * 1000);
    t.ok(failures.mayTry(lab));
  }
  t.same(delays, [10, 20, 40, 80, 160, 320, 600, 600]);
});

await t.test(
  'ends the delay for another version, after a success, and when the engine returns',
  async (t) => {
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
  },
);

await t.test('pauses for five seconds after each start', async (t) => {
  const clock = createFakeClock();
  const pause = createStartPause({ clock });
  t.equal(pause.left(), 0);
  pause.begin();
  t.equal(pause.left(), 5_000);
  clock.jump(4_000);
  t.equal(pause.left(), 1_000);
  pause.begin();
  t.equal(pause.left(), 5_000);
  clock.jump(5_000);
  t.equal(pause.left(), 0);
  pause.begin();
  t.equal(pause.left(), 5_000);
});

await t.test('gives the pools as much time as continuous starts pause them', async (t) => {
  const clock = createFakeClock();
  const pause = createStartPause({ clock });
  const paused: boolean[] = [];
  for (let second = 0; second < 80; second++) {
    pause.begin();
    paused.push(pause.left() > 0);
    clock.jump(1_000);
  }
  const phase = (is: boolean) => Array.from({ length: 20 }, () => is);
  t.same(paused, [...phase(true), ...phase(false), ...phase(true), ...phase(false)]);
});
