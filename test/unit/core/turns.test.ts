import { test } from 'tap';
import { createTurns } from '../../../src/core/turns.ts';

await test('no more than the most run at a time, all get their turn in order, failures included', async (t) => {
  const turns = createTurns(3);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const work = async (index: number) => {
    begun.push(index);
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    if (index % 4 === 0) throw new Error('no');
  };
  const all = Array.from({ length: 12 }, (_, index) => index);
  const works = all.map((index) => turns.run(() => work(index)));
  t.ok(turns.isFull());
  const ends = await Promise.allSettled(works);
  t.notOk(turns.isFull());
  t.equal(most, 3);
  t.same(begun, all);
  t.equal(ends.filter(({ status }) => status === 'rejected').length, 3);
  t.ok(turns.isIdle());
});

await test('who waits no longer leaves its place to the next', async (t) => {
  const turns = createTurns(1);
  let end = () => {};
  const first = new Promise<void>((resolve) => (end = resolve));
  const stopping = new AbortController();
  const never = async () => t.fail('a work that was called off');
  const running = turns.run(() => first, stopping.signal);
  const waiting = turns.run(never, stopping.signal);
  const last = turns.run(async () => 'last');
  stopping.abort(new Error('stopped'));
  await t.rejects(waiting, { message: 'stopped' });
  await t.rejects(turns.run(never, stopping.signal), { message: 'stopped' });
  t.notOk(turns.isIdle(), 'what runs ends by itself');
  end();
  await running;
  t.equal(await last, 'last');
  t.ok(turns.isIdle());
});
