import t from 'tap';
import { createWarmRest } from '../../../../../src/domains/sessions/pool/warm-rest.ts';
import { createFakeClock } from '../../../../support/fake-clock.ts';

await t.test('a start gives its learner five seconds, and each that follows begins them anew', async (t) => {
  const clock = createFakeClock();
  const rest = createWarmRest({ clock });
  t.equal(rest.left(), 0);
  rest.begin();
  t.equal(rest.left(), 5_000);
  clock.jump(4_000);
  t.equal(rest.left(), 1_000);
  rest.begin();
  t.equal(rest.left(), 5_000);
  clock.jump(5_000);
  t.equal(rest.left(), 0);
  rest.begin();
  t.equal(rest.left(), 5_000);
});

await t.test('starts without end leave as much time for the pools as they take', async (t) => {
  const clock = createFakeClock();
  const rest = createWarmRest({ clock });
  const resting: boolean[] = [];
  for (let second = 0; second < 80; second++) {
    rest.begin();
    resting.push(rest.left() > 0);
    clock.jump(1_000);
  }
  const phase = (is: boolean) => Array.from({ length: 20 }, () => is);
  t.same(resting, [...phase(true), ...phase(false), ...phase(true), ...phase(false)]);
});
