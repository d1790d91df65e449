import { setImmediate } from 'node:timers/promises';
import { test } from 'tap';
import { batched } from '../../../src/core/batched.ts';
import { fault } from '../../../src/core/errors.ts';

/** A read whose values are its keys in upper case, and its calls. */
function upperCase(options: Parameters<typeof batched<string, string>>[1] = {}) {
  const calls: string[][] = [];
  const read = batched(async (keys: readonly string[]) => {
    calls.push([...keys]);
    if (keys.includes('bad')) throw new Error('no');
    return keys.map((key) => key.toUpperCase());
  }, options);
  return { read, calls };
}

await test('keys of one moment are loaded together, and equal keys once', async (t) => {
  const { read, calls } = upperCase();
  t.same(await Promise.all(['a', 'b', 'a'].map((key) => read(key))), ['A', 'B', 'A']);
  t.same(calls, [['a', 'b']]);
  await read('a');
  t.same(calls, [['a', 'b'], ['a']], 'nothing is cached');
});

await test('requests that wait at the same moment share a read', async (t) => {
  // Each request arrives in its own task.
  const requests = async (read: (key: string) => Promise<string>) => {
    const answers = ['a', 'b', 'a'].map(async (key) => {
      await setImmediate();
      return read(key);
    });
    return await Promise.all(answers);
  };
  const each = upperCase();
  t.same(await requests(each.read), ['A', 'B', 'A']);
  t.same(each.calls, [['a'], ['b'], ['a']]);
  const shared = upperCase({ acrossRequests: true });
  t.same(await requests(shared.read), ['A', 'B', 'A']);
  t.same(shared.calls, [['a', 'b']]);
  await shared.read('a');
  t.same(shared.calls, [['a', 'b'], ['a']], 'a later request reads again');
});

await test('a read waits while requests arrive, but not without limit', async (t) => {
  const { read, calls } = upperCase({ acrossRequests: true });
  const answers = [];
  for (const key of 'abcdefghijklmnopqrstuvwxyz') {
    answers.push(read(key));
    await setImmediate();
  }
  t.same((await Promise.all(answers)).join(''), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  t.equal(calls.length, 3);
});

await test('more keys than a statement may have are loaded in parts', async (t) => {
  const { read, calls } = upperCase({ acrossRequests: true });
  const keys = Array.from({ length: 250 }, (_, number) => `key-${number}`);
  t.same(
    await Promise.all(keys.map(read)),
    keys.map((key) => key.toUpperCase()),
  );
  t.same(
    calls.map(({ length }) => length),
    [100, 100, 50],
  );
});

await test('a key that cannot be read fails its own request only', async (t) => {
  const { read } = upperCase({ acrossRequests: true });
  const results = await Promise.allSettled(['a', 'bad', 'b'].map((key) => read(key)));
  t.same(
    results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason))),
    ['A', 'Error: no', 'B'],
  );
  t.equal(await read('a'), 'A');
});

await test('a fault of the database fails all at once', async (t) => {
  let calls = 0;
  const read = batched<string, string>(
    async () => {
      calls += 1;
      throw fault('DATABASE_UNREACHABLE');
    },
    { acrossRequests: true },
  );
  const results = await Promise.allSettled([read('a'), read('b')]);
  t.match(results, [
    { status: 'rejected' },
    { status: 'rejected', reason: { code: 'DATABASE_UNREACHABLE' } },
  ]);
  t.equal(calls, 1);
});
