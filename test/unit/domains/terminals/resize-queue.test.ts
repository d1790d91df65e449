import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { createResizeQueue, createSizeSaver } from '../../../../src/domains/terminals/resize-queue.ts';

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

await test('a resize that fails does not keep back a newer size, nor fail its caller', async (t) => {
  const applied: number[] = [];
  const resize = createResizeQueue(async ({ rows }) => {
    await sleep(1);
    if (rows < 0) throw new Error(`no size ${rows}`);
    applied.push(rows);
  });
  const results = await Promise.allSettled([
    resize({ rows: -1, cols: 80 }),
    resize({ rows: 2, cols: 80 }),
    resize({ rows: 3, cols: 80 }),
  ]);
  t.same(applied, [3]);
  t.same(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'fulfilled'],
  );
  await t.rejects(resize({ rows: -4, cols: 80 }), /no size -4/);
  await resize({ rows: 5, cols: 80 });
  t.same(applied, [3, 5]);
});
