import { test } from 'tap';
import { pauseBefore } from 'berth-terminal-client/pauses';

await test('the first try is at once, later ones wait longer and longer, within a bound and spread', (t) => {
  const longest = Array.from({ length: 9 }, (_, failed) => pauseBefore(failed, () => 1));
  t.same(longest, [0, 250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  t.equal(
    pauseBefore(1, () => 0),
    125,
  );
  t.equal(
    pauseBefore(5000, () => 0),
    5000,
  );
  t.end();
});
