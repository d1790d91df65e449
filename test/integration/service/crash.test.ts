import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { onEngine } from '../../kit/engine/engine-leftovers.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { until } from '../../kit/basics/until.ts';

await test('a session that was provisioning when the service was killed becomes usable', async (t) => {
  const berth = await startBerth(t);
  const learner = learnerAt(berth);
  // At different moments: as requested, while the network or the machine is created, and when it starts.
  for (const delay of [0, 60, 140, 250]) {
    const id = await learner.start();
    await sleep(delay);
    await berth.kill();
    await berth.start();

    const session = await learner.reach(id, 'READY', 'FAILED');
    t.equal(
      session.state,
      'READY',
      `killed ${delay} ms after the start: ${session.reason?.message ?? 'ready'}`,
    );
    const terminal = await learner.terminal(id);
    terminal.send('echo "still $((40 + 2))"\n');
    await terminal.expect('still 42');
    await terminal.close();
    t.equal((await onEngine(berth)).length, 1, 'one environment, not two');
    await berth.graphql('mutation { deleteMySessions { deletedIds } }');
  }
  await berth.stop();
  t.same(await onEngine(berth), []);
});

await test('after a kill with open terminals, the session and its shells continue until they are closed', async (t) => {
  const berth = await startBerth(t);
  const learner = learnerAt(berth);
  const id = await learner.start();
  await learner.reach(id, 'READY');
  const terminals = [await learner.terminal(id), await learner.terminal(id)];
  for (const terminal of terminals) {
    terminal.send('sleep 4242\n');
    await terminal.expect('sleep 4242');
  }

  await berth.kill();
  for (const terminal of terminals) await terminal.expectClosed();
  await berth.start();

  t.equal((await learner.reach(id, 'READY', 'FAILED')).state, 'READY');
  const { session } = await berth.graphql<{ session: { terminals: { id: string; durable: boolean }[] } }>(
    'query ($id: ID!) { session(id: $id) { terminals { id durable } } }',
    { id },
  );
  t.match(session.terminals, [{ durable: true }, { durable: true }]);
  const after = await learner.terminal(id);
  const count = async () => {
    after.forget();
    after.send('echo "sleeps: $(pgrep -fc "^sleep 4242")," shells: $(pgrep -xc bash).\n');
    return (await after.expect(/sleeps: \d+, shells: \d+\./)).match(/sleeps: \d+, shells: \d+\./)?.[0];
  };
  t.equal(await count(), 'sleeps: 2, shells: 3.', 'and so do their programs');
  for (const terminal of session.terminals) {
    await berth.graphql('mutation ($t: ID!) { closeTerminal(input: { terminal: $t }) { closedId } }', {
      t: terminal.id,
    });
  }
  t.equal(await count(), 'sleeps: 0, shells: 1.');
  await after.close();
});

await test('a check that ran when the service was killed ends as interrupted, and can be repeated', async (t) => {
  const berth = await startBerth(t);
  const learner = learnerAt(berth);
  const id = await learner.start();
  const session = await learner.reach(id, 'READY');
  const step = session.progress.steps[0]?.id ?? '';

  const terminal = await learner.terminal(id);
  await learner.solve(terminal, '01-find-your-way.sh');
  await terminal.close();
  const cut = learner.check(id, step).catch((error: unknown) => error);
  await sleep(15);
  await berth.kill();
  await cut;
  await berth.start();
  await learner.reach(id, 'READY');

  let attempts: { state: string; reason: { code: string } | null }[] = [];
  await until(async () => {
    const data = await berth.graphql<{ attempts: { edges: { node: (typeof attempts)[0] }[] } }>(
      'query ($id: ID!) { attempts(session: $id) { edges { node { state reason { code } } } } }',
      { id },
    );
    attempts = data.attempts.edges.map((edge) => edge.node);
    return attempts.every((attempt) => attempt.state !== 'RUNNING');
  });
  for (const attempt of attempts) {
    t.ok(
      attempt.state === 'FINISHED' || attempt.reason?.code === 'CHECK_INTERRUPTED',
      `no attempt hangs: ${JSON.stringify(attempt)}`,
    );
  }
  t.match(await learner.check(id, step), { passed: true }, 'the step can be checked again');
});

await test('a session that was being removed when the service was killed is removed', async (t) => {
  const berth = await startBerth(t);
  const learner = learnerAt(berth);
  const id = await learner.start();
  await learner.reach(id, 'READY');
  const stopped = berth.graphql(
    'mutation ($id: ID!) { stopSession(input: { session: $id }) { session { state } } }',
    { id },
  );
  await Promise.race([stopped, sleep(30)]);
  await berth.kill();
  await Promise.allSettled([stopped]);
  await berth.start();
  const { state } = await learner.see(id);
  if (state === 'READY') await berth.graphql('mutation { deleteMySessions { deletedIds } }');
  else await learner.reach(id, 'ENDED');
  await berth.stop();
  t.same(await onEngine(berth), []);
});
