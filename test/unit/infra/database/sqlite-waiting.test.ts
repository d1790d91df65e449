import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import { createWriteQueue } from '../../../../src/infra/database/sqlite-waiting.ts';

const writeQueue = (limits: { waitLimit?: number; lengthLimit?: number } = {}) =>
  createWriteQueue({ waitLimit: 1_000, lengthLimit: 10, refusal: (why) => new Error(why), ...limits });

await test('one writer runs at a time, first come, first served', async (t) => {
  const queue = writeQueue();
  const order: string[] = [];
  const write = async (name: string) => {
    const release = await queue.acquire();
    order.push(`begin ${name}`);
    await setTimeout(2);
    order.push(`end ${name}`);
    release();
  };
  await Promise.all(['a', 'b', 'c'].map(write));
  t.strictSame(order, ['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
});

await test('a wait longer than the limit is refused, and the next writer still runs', async (t) => {
  const queue = writeQueue({ waitLimit: 20 });
  const release = await queue.acquire();
  await t.rejects(queue.acquire(), { message: 'timeout' });
  const next = queue.acquire();
  release();
  (await next)();
});

await test('a full queue refuses further writers immediately', async (t) => {
  const queue = writeQueue({ lengthLimit: 1 });
  const release = await queue.acquire();
  const waiting = queue.acquire();
  await t.rejects(queue.acquire(), { message: 'full' });
  release();
  (await waiting)();
});

await test('a closed queue refuses waiting and later writers', async (t) => {
  const queue = writeQueue();
  await queue.acquire();
  const waiting = queue.acquire();
  queue.close();
  await t.rejects(waiting, { message: 'closed' });
  await t.rejects(queue.acquire(), { message: 'closed' });
});
