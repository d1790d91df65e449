import { test } from 'tap';
import { createChunkQueue } from '../../../../../src/engine/docker/exec/chunk-queue.ts';

/** An queue, and how often its giver was told that it may go on. */
function open() {
  const told = { empty: 0 };
  return { queue: createChunkQueue(() => (told.empty += 1)), told };
}

await test('a reader that waits gets what comes, which is then gone', async (t) => {
  const { queue, told } = open();
  const memory = Buffer.alloc(10);
  const reading = queue.read(memory);
  queue.add(Buffer.from('abc'));
  queue.add(Buffer.from('de'));
  t.ok(queue.flush(), 'its memory is free');
  t.equal(await reading, 5);
  t.equal(memory.toString('utf8', 0, 5), 'abcde');
  t.equal(told.empty, 0, 'nobody was held back');
});

await test('what nobody waits for lies until it is read, over the edges of pieces', async (t) => {
  const { queue, told } = open();
  queue.add(Buffer.from('abc'));
  queue.add(Buffer.from('defg'));
  t.notOk(queue.flush());
  const memory = Buffer.alloc(5);
  t.equal(await queue.read(memory), 5);
  t.equal(memory.toString(), 'abcde');
  t.equal(told.empty, 0);
  t.equal(await queue.read(memory), 2);
  t.equal(memory.toString('utf8', 0, 2), 'fg');
  t.equal(told.empty, 1, 'more may come');
});

await test('its end comes after all that is there, and again', async (t) => {
  const { queue } = open();
  queue.add(Buffer.from('abc'));
  queue.end();
  t.equal(await queue.read(Buffer.alloc(2)), 2);
  t.equal(await queue.read(Buffer.alloc(2)), 1);
  t.equal(await queue.read(Buffer.alloc(2)), 0);
  t.equal(await queue.read(Buffer.alloc(2)), 0);
});

await test('so does a failure, and a reader that waits hears of either', async (t) => {
  const { queue } = open();
  queue.add(Buffer.from('abc'));
  queue.end(new Error('broken'));
  t.equal(await queue.read(Buffer.alloc(5)), 3);
  await t.rejects(queue.read(Buffer.alloc(5)), { message: 'broken' });
  const { queue: ended } = open();
  const reading = ended.read(Buffer.alloc(5));
  ended.end();
  t.equal(await reading, 0);
});

await test('what is dropped is gone, and more of it is not kept', async (t) => {
  const { queue } = open();
  queue.add(Buffer.from('abc'));
  queue.discard(new Error('dropped'));
  await t.rejects(queue.read(Buffer.alloc(5)), { message: 'dropped' });
  queue.add(Buffer.from('def'));
  t.ok(queue.flush(), 'its memory is free');
  await t.rejects(queue.read(Buffer.alloc(5)), { message: 'dropped' });
});
