import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { createSizeSaver } from '../../../../src/domains/terminals/resize-queue.ts';

await test('of many sizes, the first and the last are recorded', async (t) => {
  const noted: number[] = [];
  const note = createSizeSaver(async ({ rows }) => void noted.push(rows));
  for (let rows = 1; rows <= 500; rows++) {
    void note({ rows, cols: 80 });
    if (rows % 100 === 0) await sleep(5);
  }
  t.same(noted, [1]);
  await sleep(1_200);
  t.same(noted, [1, 500]);
});
