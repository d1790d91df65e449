import { test } from 'tap';
import { createCheckerTurns } from '../../../src/checks/checker-turns.ts';

await test('one trusted check of a session runs at a time, and so many of all', async (t) => {
  const turns = createCheckerTurns(2);
  const running: string[] = [];
  let most = 0;
  const { signal } = new AbortController();
  const check = (session: string) =>
    turns.run(
      session,
      async () => {
        t.notOk(running.includes(session), session);
        most = Math.max(most, running.push(session));
        await new Promise(setImmediate);
        running.splice(running.indexOf(session), 1);
      },
      signal,
    );
  await Promise.all(['a', 'a', 'a', 'b', 'c', 'b', 'd'].map(check));
  t.equal(most, 2);
  t.equal(turns.sessions(), 0, 'none is remembered');
});
