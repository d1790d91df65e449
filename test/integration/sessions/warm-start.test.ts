import { test } from 'tap';
import type { Engine } from '../../../src/engine/engine.ts';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { SESSION_ADDRESS } from '../../kit/engine/job-networks.ts';
import { openTestEngine, withFaults } from '../../kit/sessions/session-engine.ts';
import { environmentOf, testMachine, whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';
import { openPool, readyIds, warmLab, whenPool } from '../../kit/sessions/warm.ts';

const run = async (engine: Engine, machineId: string, ...command: string[]) =>
  String((await engine.exec(machineId, { command, timeoutMs: 10_000, outputLimitBytes: 1_000 })).stdout);

/** Ends the machine, paused or not, as a crash would. */
async function kill(engine: Engine, machineId: string): Promise<void> {
  await engine.unpause(machineId);
  await run(engine, machineId, 'kill', '-TERM', '1').catch(() => undefined);
  await until(async () => (await engine.inspect(machineId)).state === 'exited');
}

await test('a start takes a ready, paused environment, and another is created', async (t) => {
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
  const { machineId } = await sessions.service.machine(owner, session.id, 'main');
  const address = session.machines[1]?.addresses[0]?.address ?? 'none';
  t.match(address, SESSION_ADDRESS);
  t.match(await run(engine, machineId, 'getent', 'hosts', 'web'), address);

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

await test('two learners never get the same environment, and the second gets a new one', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner, other } = await createActors(database);
  const outcomes: string[] = [];
  const { engine, sessions } = openPool(t, database, [warmLab('warm', 1)], {
    onWarmStart: (outcome) => void outcomes.push(outcome),
  });
  for (let round = 1; round <= 3; round++) {
    await whenPool(sessions, 'warm', 1);
    const [id] = await readyIds(database);
    const started = await Promise.all(
      [owner, other].map((actor) => sessions.service.start(actor, { lab: 'warm' })),
    );
    const environments: string[] = [];
    for (const session of started) {
      t.equal((await whenState(sessions.service, session.id, 'ready', 'failed')).state, 'ready');
      environments.push(await environmentOf(database, session.id));
    }
    t.equal(new Set(environments).size, 2);
    t.ok(environments.includes(id ?? 'none'));
    t.same(outcomes.splice(0).sort(), ['hit', 'miss']);
    for (const session of started)
      await sessions.service.stop(owner.userId === session.learnerId ? owner : other, session.id);
    for (const session of started) await whenState(sessions.service, session.id, 'ended');
  }
  await whenPool(sessions, 'warm', 1);
  t.equal((await engine.list()).length, 1);
});

await test('a dead environment is replaced before anybody takes it', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { engine, sessions } = openPool(t, database, [warmLab('warm', 1)]);
  await whenPool(sessions, 'warm', 1);
  const [id] = await readyIds(database);
  const [environment] = await engine.list();
  await kill(engine, environment?.machines[0]?.machineId ?? '');
  await until(async () => (await readyIds(database))[0] !== id);
  await whenPool(sessions, 'warm', 1);
  await until(async () => (await engine.list()).every(({ environmentId }) => environmentId !== id));
});

await test('an environment that dies just before it is taken is recreated for its learner', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const inner = openTestEngine(t);
  const engine = withFaults(inner);
  const outcomes: string[] = [];
  const { sessions } = openPool(t, database, [warmLab('warm', 1)], {
    engine,
    onWarmStart: (outcome) => void outcomes.push(outcome),
  });
  await whenPool(sessions, 'warm', 1);
  const [id] = await readyIds(database);
  const killed: string[] = [];
  engine.intercept('unpause', async (machineId) => {
    killed.push(String(machineId));
    await kill(inner, String(machineId));
  });
  const started = await sessions.service.start(owner, { lab: 'warm' });
  const session = await whenState(sessions.service, started.id, 'ready', 'failed');
  t.equal(session.state, 'ready');
  t.same(outcomes, ['lost']);
  t.equal(await environmentOf(database, session.id), id);
  const { machineId } = await sessions.service.machine(owner, session.id, 'main');
  t.not(machineId, killed[0]);
  t.equal(await run(engine, machineId, 'echo', 'works'), 'works\n');
});
