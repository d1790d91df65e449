import { test } from 'tap';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTurns } from '../../../src/terminals/turns.ts';

await test('no more than the limit run at a time, all get their turn in order, failures included', async (t) => {
  const inTurn = createTurns(3);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 12 }, (_, index) =>
      inTurn(async () => {
        begun.push(index);
        most = Math.max(most, ++running);
        await sleep(2);
        running--;
        if (index % 4 === 0) throw new Error('no');
        return index;
      }),
    ),
  );
  t.equal(most, 3);
  t.same(
    begun,
    Array.from({ length: 12 }, (_, index) => index),
  );
  t.equal(results.filter(({ status }) => status === 'rejected').length, 3);
});
