import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import { GraphqlRefusal, startBerth } from '../../kit/service/berth-process.ts';
import { onEngine } from '../../kit/engine/engine-leftovers.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { startOwnEngine } from '../../kit/engine/own-engine.ts';

await test('sessions outlive the engine that runs them', async (t) => {
  const engine = await startOwnEngine(t, 'berth/lab-linux:latest');
  const berth = await startBerth(t, { DOCKER_HOST: engine.host });
  const learner = learnerAt(berth);

  await t.test(
    'the engine stops: sessions are unreachable, and requests that need it fail with the reason',
    async (t) => {
      const id = await learner.start();
      await learner.reach(id, 'READY');
      const terminal = await learner.terminal(id);
      terminal.send('echo kept > ~/note && echo "wrote it"\n');
      await terminal.expect('wrote it\n');

      await engine.stop();
      t.equal((await learner.reach(id, 'UNREACHABLE')).state, 'UNREACHABLE');
      t.equal((await fetch(`${berth.url}/readyz`)).status, 503);
      t.equal((await fetch(`${berth.url}/healthz`)).status, 200, 'the service itself is healthy');
      await refused(
        t,
        learner.check(id, (await learner.see(id)).progress.steps[0]?.id ?? ''),
        'SESSION_NOT_READY',
      );
      await refused(t, learner.terminal(id), 'SESSION_NOT_READY');

      await engine.start();
      const back = await learner.reach(id, 'READY', 'FAILED', 'ENDED');
      t.equal(back.state, 'READY');
      t.match(back.machines, [{ address: /^10\./ }]);
      const again = await learner.terminal(id);
      again.send('cat ~/note\n');
      await again.expect('kept\n');
      await again.close();
    },
  );

  await t.test('the engine and the service stop: the service starts without it and reconnects', async (t) => {
    const id = await learner.start();
    await engine.stop();
    await berth.kill();
    await berth.start();
    t.equal((await learner.reach(id, 'UNREACHABLE')).state, 'UNREACHABLE');
    await engine.start();
    t.equal((await learner.reach(id, 'READY', 'FAILED', 'ENDED')).state, 'READY');
    await berth.graphql('mutation { deleteMySessions { deletedIds } }');
  });

  await t.test(
    "the engine's disk is full: a start fails with the reason, and works again afterwards",
    async (t) => {
      // Pending removals would free space.
      while ((await onEngine(berth, engine.host)).length > 0) await sleep(50);
      await engine.fillDisk(0);
      const full = await learner.reach(await learner.start(), 'READY', 'FAILED');
      t.match(full, { state: 'FAILED', reason: { code: 'DISK_FULL' } });
      t.match(full.reason?.message, /full. Free some space/);
      await engine.emptyDisk();
      t.match(await learner.reach(await learner.start(), 'READY', 'FAILED'), {
        state: 'READY',
        reason: null,
      });
    },
  );
});

async function refused(t: Test, work: Promise<unknown>, code: string): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  t.match(error instanceof GraphqlRefusal ? error.errors : error, [{ extensions: { code } }]);
}
