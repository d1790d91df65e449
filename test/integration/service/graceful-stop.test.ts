import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { learnerAt } from '../../kit/service/learner.ts';

await test("a graceful stop loses no session: a learner's files exist after the next start", async (t) => {
  const berth = await startBerth(t);
  const learner = learnerAt(berth);
  const id = await learner.start();
  await learner.reach(id, 'READY');
  const terminal = await learner.terminal(id);
  terminal.send('echo kept > ~/note && echo "wrote it"\n');
  await terminal.expect('wrote it\n');

  const other = await learnerAt(berth).start();
  t.equal(await berth.stop(), 0, 'it exits with 0');
  t.equal((await terminal.expectClosed()).code, 1012, 'terminals are asked to reconnect');
  await berth.start();

  t.equal(other, id);
  t.equal((await learner.reach(id, 'READY')).state, 'READY');
  const again = await learner.terminal(id);
  again.send('cat ~/note\n');
  await again.expect('kept\n');
  await again.close();
  t.notMatch(berth.output(), /"level":[56]0/, 'nothing was logged as an error');
});

await test('a session requested just before a stop is provisioned after the next start', async (t) => {
  const berth = await startBerth(t);
  const learner = learnerAt(berth);
  const id = await learner.start();
  t.equal(await berth.stop(), 0);
  await berth.start();
  t.equal((await learner.reach(id, 'READY', 'FAILED')).state, 'READY');
});
