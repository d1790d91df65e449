import { test } from 'tap';
import { createChunkQueue } from '../../../../../src/engine/docker/exec/chunk-queue.ts';

/** A queue, and how often it called `onEmpty`. */
function open() {
  const calls = { empty: 0 };
  return { queue: createChunkQueue(() => (calls.empty += 1)), calls };
}

await test('a waiting reader gets new chunks, which leave the queue', async (t) => {
  const { queue, calls } = open();
  const memory = Buffer.alloc(10);
  const reading = queue.read(memory);
  queue.add(Buffer.from('abc'));
  queue.add(Buffer.from('de'));
  t.ok(queue.flush(), 'its memory is free');
  t.equal(await reading, 5);
  t.equal(memory.toString('utf8', 0, 5), 'abcde');
  t.equal(calls.empty, 0, 'it did not call onEmpty');
});

await test('chunks are queued until they are read, across their borders', async (t) => {
  const { queue, calls } = open();
  queue.add(Buffer.from('abc'));
  queue.add(Buffer.from('defg'));
  t.notOk(queue.flush());
  const memory = Buffer.alloc(5);
  t.equal(await queue.read(memory), 5);
  t.equal(memory.toString(), 'abcde');
  t.equal(calls.empty, 0);
  t.equal(await queue.read(memory), 2);
  t.equal(memory.toString('utf8', 0, 2), 'fg');
  t.equal(calls.empty, 1, 'it called onEmpty');
});

await test('the end comes after all chunks, and stays', async (t) => {
  const { queue } = open();
  queue.add(Buffer.from('abc'));
  queue.end();
  t.equal(await queue.read(Buffer.alloc(2)), 2);
  t.equal(await queue.read(Buffer.alloc(2)), 1);
  t.equal(await queue.read(Buffer.alloc(2)), 0);
  t.equal(await queue.read(Buffer.alloc(2)), 0);
});

await test('so does an error, and a waiting reader gets either', async (t) => {
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

await test('discarded chunks are gone, and later ones are not queued', async (t) => {
  const { queue } = open();
  queue.add(Buffer.from('abc'));
  queue.discard(new Error('dropped'));
  await t.rejects(queue.read(Buffer.alloc(5)), { message: 'dropped' });
  queue.add(Buffer.from('def'));
  t.ok(queue.flush(), 'its memory is free');
  await t.rejects(queue.read(Buffer.alloc(5)), { message: 'dropped' });
});
