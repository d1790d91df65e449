import { test } from 'tap';
import { reconnectDelay } from 'berth-terminal-client/reconnect';

await test('the first retry is immediate, and later delays grow up to a limit, with jitter', (t) => {
  const longest = Array.from({ length: 9 }, (_, failed) => reconnectDelay(failed, () => 1));
  t.same(longest, [0, 250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  t.equal(
    reconnectDelay(1, () => 0),
    125,
  );
  t.equal(
    reconnectDelay(5000, () => 0),
    5000,
  );
  t.end();
});
