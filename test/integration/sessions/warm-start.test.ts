import { test } from 'tap';
import { createActors } from '../../support/actors.ts';
import { freshDatabase } from '../../support/databases.ts';
import { environmentOf, testMachine, whenState } from '../../support/sessions.ts';
import { until } from '../../support/until.ts';
import { openPool, readyIds, warmLab, whenPool } from '../../support/warm.ts';

await test('a start takes an environment that is ready, paused until then, and another is made', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const outcomes: string[] = [];
  const machines = [testMachine('main'), testMachine('web', { profile: 'restricted', user: 'learner' })];
  const { engine, sessions } = openPool(t, database, [warmLab('warm', 1, { machines })], {
    onWarmStart: (outcome) => void outcomes.push(outcome),
  });
  await whenPool(sessions, 'warm', 1);
  const [id] = await readyIds(database);
  const [made] = await engine.list();
  t.match(made, { environmentId: id, machines: [{ state: 'paused' }, { state: 'paused' }] });

  const started = await sessions.service.start(owner, { lab: 'warm' });
  const session = await whenState(sessions.service, started.id, 'ready', 'failed');
  t.equal(session.state, 'ready');
  t.equal(await environmentOf(database, session.id), id);
  t.same(outcomes, ['hit']);
  t.match(session.machines[1]?.addresses, [{ network: 'lab', address: /^10\.231\./ }]);
  const { machineId } = await sessions.service.machine(owner, session.id, 'main');
  const result = await engine.exec(machineId, {
    command: ['getent', 'hosts', 'web'],
    timeoutMs: 10_000,
    outputLimitBytes: 1_000,
  });
  t.match(String(result.stdout), session.machines[1]?.addresses[0]?.address ?? 'none');

  await whenPool(sessions, 'warm', 1);
  t.not((await readyIds(database))[0], id, 'the pool is filled again');
  await sessions.service.stop(owner, session.id);
  await whenState(sessions.service, session.id, 'ended');
  t.same(
    (await engine.list()).map(({ environmentId }) => environmentId),
    await readyIds(database),
  );
  t.equal(await database.client.subnet.count(), 1);
});

await test('an environment that died before it was taken is not given to anybody', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const outcomes: string[] = [];
  const { engine, sessions } = openPool(t, database, [warmLab('warm', 1)], {
    onWarmStart: (outcome) => void outcomes.push(outcome),
  });
  await whenPool(sessions, 'warm', 1);
  const [id] = await readyIds(database);
  const [dead] = await engine.list();
  const machineId = dead?.machines[0]?.machineId ?? '';
  // As a crash between the machine's end and its being noticed leaves it.
  const row = await database.client.warmEnvironment.findFirstOrThrow();
  await engine.unpause(machineId);
  await engine
    .exec(machineId, { command: ['kill', '-TERM', '1'], timeoutMs: 10_000, outputLimitBytes: 1_000 })
    .catch(() => undefined);
  await until(async () => (await engine.inspect(machineId)).state === 'exited');
  await until(async () => (await readyIds(database)).join() !== id);
  await database.client.warmEnvironment.deleteMany({ where: { state: 'making' } });
  t.ok(row);
  const { id: session } = await sessions.service.start(owner, { lab: 'warm' });
  t.equal((await whenState(sessions.service, session, 'ready', 'failed')).state, 'ready');
});
