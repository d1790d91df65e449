import { test } from 'tap';
import { createKeyedQueue, createQueue } from '../../../src/core/queue.ts';

await test('runs at most `concurrency` tasks at a time, in order, also after failures', async (t) => {
  const queue = createQueue(3);
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const task = async (index: number) => {
    started.push(index);
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    if (index % 4 === 0) throw new Error('no');
  };
  const all = Array.from({ length: 12 }, (_, index) => index);
  const tasks = all.map((index) => queue.run(() => task(index)));
  t.ok(queue.isFull());
  t.equal(queue.waiting(), 9);
  const ends = await Promise.allSettled(tasks);
  t.notOk(queue.isFull());
  t.equal(most, 3);
  t.same(started, all);
  t.equal(ends.filter(({ status }) => status === 'rejected').length, 3);
});

await test('an abort ends the wait with its reason, and the next task runs', async (t) => {
  const queue = createQueue(1);
  let end = () => {};
  const first = new Promise<void>((resolve) => (end = resolve));
  const stopping = new AbortController();
  const never = async () => t.fail('an aborted task ran');
  let isFirstOver = false;
  const running = queue.run(() => first, stopping.signal).then(() => (isFirstOver = true));
  const waiting = queue.run(never, stopping.signal);
  let isLastRunning = false;
  const last = queue.run(async () => (isLastRunning = true));
  stopping.abort(new Error('stopped'));
  await t.rejects(waiting, { message: 'stopped' });
  await t.rejects(queue.run(never, stopping.signal), { message: 'stopped' });
  await new Promise(setImmediate);
  t.notOk(isFirstOver, 'a running task is not aborted');
  t.notOk(isLastRunning, 'the running task keeps its slot');
  t.equal(queue.waiting(), 1);
  end();
  await running;
  t.ok(await last);
});

await test("releasing a slot twice does not release another task's slot", async (t) => {
  const queue = createQueue(1);
  const release = await queue.acquire();
  const second = queue.acquire();
  const third = queue.acquire();
  release();
  const releaseSecond = await second;
  release();
  let isThirdRunning = false;
  void third.then(() => (isThirdRunning = true));
  await new Promise(setImmediate);
  t.notOk(isThirdRunning);
  releaseSecond();
  (await third)();
});

await test('runs one task per key at a time, and at most `concurrency` of all keys', async (t) => {
  const queue = createKeyedQueue({ concurrency: 2 });
  const running: string[] = [];
  let most = 0;
  const { signal } = new AbortController();
  const task = (key: string) =>
    queue.run(
      key,
      async () => {
        t.notOk(running.includes(key), key);
        most = Math.max(most, running.push(key));
        await new Promise(setImmediate);
        running.splice(running.indexOf(key), 1);
      },
      signal,
    );
  await Promise.all(['a', 'a', 'a', 'b', 'c', 'b', 'd'].map(task));
  t.equal(most, 2);
  t.equal(queue.keys(), 0, 'idle keys are forgotten');
});

await test('a key whose tasks were all aborted is forgotten', async (t) => {
  const queue = createKeyedQueue({ concurrency: 1 });
  const stopping = new AbortController();
  let end = () => {};
  const first = queue.run('a', () => new Promise<void>((resolve) => (end = resolve)), stopping.signal);
  const waiting = queue.run('b', async () => t.fail('an aborted task ran'), stopping.signal);
  t.equal(queue.keys(), 2);
  await new Promise(setImmediate);
  stopping.abort(new Error('stopped'));
  await t.rejects(waiting, { message: 'stopped' });
  t.equal(queue.keys(), 1);
  end();
  await first;
  t.equal(queue.keys(), 0);
});

await test('runs at most `perKey` tasks of one key at a time, whatever their outcome', async (t) => {
  const queue = createKeyedQueue({ perKey: 4 });
  const started: number[] = [];
  const finish: ((error?: Error) => void)[] = [];
  const tasks = Array.from({ length: 6 }, (_, number) =>
    queue.run('one', () => {
      started.push(number);
      return new Promise<number>((resolve, reject) => {
        finish.push((error) => (error ? reject(error) : resolve(number)));
      });
    }),
  );
  const results = Promise.allSettled(tasks);
  await new Promise(setImmediate);
  t.same(started, [0, 1, 2, 3]);
  t.equal(await queue.run('two', async () => 'other'), 'other');
  finish[1]?.(new Error('it failed'));
  await new Promise(setImmediate);
  t.same(started, [0, 1, 2, 3, 4]);
  finish[0]?.();
  await new Promise(setImmediate);
  t.same(started, [0, 1, 2, 3, 4, 5]);
  for (const end of finish) end();
  t.match(
    (await results).map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled'],
  );
  t.equal(queue.keys(), 0);
});
