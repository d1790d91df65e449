import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import { createWriteTurns } from '../../../../src/infra/database/write-turns.ts';

const turns = (limits: { waitLimit?: number; lengthLimit?: number } = {}) =>
  createWriteTurns({ waitLimit: 1_000, lengthLimit: 10, refusal: (why) => new Error(why), ...limits });

await test('writers have their turns one at a time, first come, first served', async (t) => {
  const queue = turns();
  const order: string[] = [];
  const write = async (name: string) => {
    const release = await queue.take();
    order.push(`begin ${name}`);
    await setTimeout(2);
    order.push(`end ${name}`);
    release();
  };
  await Promise.all(['a', 'b', 'c'].map(write));
  t.strictSame(order, ['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
});

await test('ending a turn twice does not end the turn of another', async (t) => {
  const queue = turns();
  const first = await queue.take();
  const second = queue.take();
  const third = queue.take();
  first();
  const release = await second;
  first();
  let granted = false;
  void third.then(() => (granted = true));
  await setTimeout(5);
  t.equal(granted, false);
  release();
  (await third)();
});

await test('waiting longer than the limit is refused, and the next still gets its turn', async (t) => {
  const queue = turns({ waitLimit: 20 });
  const release = await queue.take();
  await t.rejects(queue.take(), { message: 'waited' });
  const next = queue.take();
  release();
  (await next)();
});

await test('more waiters than the limit are refused at once', async (t) => {
  const queue = turns({ lengthLimit: 1 });
  const release = await queue.take();
  const waiting = queue.take();
  await t.rejects(queue.take(), { message: 'crowded' });
  release();
  (await waiting)();
});

await test('a closed queue refuses those who wait and those who come', async (t) => {
  const queue = turns();
  await queue.take();
  const waiting = queue.take();
  queue.close();
  await t.rejects(waiting, { message: 'closed' });
  await t.rejects(queue.take(), { message: 'closed' });
});
