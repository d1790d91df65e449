import { test } from 'tap';
import { createSharedTurns } from '../../../src/core/shared-turns.ts';

await test('one work of a key is done at a time, and so many of all', async (t) => {
  const turns = createSharedTurns(2);
  const running: string[] = [];
  let most = 0;
  const { signal } = new AbortController();
  const work = (key: string) =>
    turns.run(
      key,
      async () => {
        t.notOk(running.includes(key), key);
        most = Math.max(most, running.push(key));
        await new Promise(setImmediate);
        running.splice(running.indexOf(key), 1);
      },
      signal,
    );
  await Promise.all(['a', 'a', 'a', 'b', 'c', 'b', 'd'].map(work));
  t.equal(most, 2);
  t.equal(turns.keys(), 0, 'none is remembered');
});
