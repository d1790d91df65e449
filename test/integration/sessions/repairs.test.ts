import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { test } from 'tap';
import type { Test } from 'tap';
import type { Engine } from '../../../src/engine/engine.ts';
import { createActors, outcomeOf } from '../../kit/service/actors.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { openTestEngine, withFaults } from '../../kit/sessions/session-engine.ts';
import {
  environmentOf,
  openSessions,
  testCatalogue,
  testLab,
  testMachine,
  whenState,
} from '../../kit/sessions/sessions.ts';
import type { Session, SessionService } from '../../../src/domains/sessions/session.ts';

const docker = (...command: string[]) => promisify(execFile)('docker', command);

async function setUp(t: Test, labs = [testLab('lab-0')]) {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const engine = withFaults(openTestEngine(t));
  const sessions = openSessions(t, database, { engine, catalogue: testCatalogue(labs) });
  sessions.start();
  const { id } = await sessions.service.start(owner, { lab: 'lab-0' });
  const ready = await whenState(sessions.service, id, 'ready');
  const { machineId } = await sessions.service.machine(owner, id, 'main');
  return { database, engine, sessions, service: sessions.service, owner, id, ready, machineId };
}

async function whenGeneration(service: SessionService, id: string, above: number): Promise<Session> {
  for (;;) {
    const session = await whenState(service, id);
    if (session.generation > above) return session;
    await setTimeout(20);
  }
}

const environments = async (engine: Engine) =>
  (await engine.list()).map(({ environmentId }) => environmentId);

await test('a machine that died is restarted with its files', async (t) => {
  const { engine, service, id, ready, machineId } = await setUp(t);
  const run = (...command: string[]) =>
    engine.exec(machineId, { command, timeoutMs: 10_000, outputLimitBytes: 1000 });
  await run('touch', '/root/kept');
  await docker('kill', machineId);
  const repaired = await whenGeneration(service, id, ready.generation);
  t.match(repaired, { state: 'ready', generation: ready.generation + 1, machines: ready.machines });
  t.equal((await run('test', '-f', '/root/kept')).exitCode, 0);
});

await test('a machine that dies repeatedly is given up, and its environment removed', async (t) => {
  const { engine, service, id, machineId, ready } = await setUp(t);
  for (let generation = ready.generation; generation < ready.generation + 3; generation++) {
    await docker('kill', machineId);
    await whenGeneration(service, id, generation);
  }
  await docker('kill', machineId);
  t.match(await whenState(service, id, 'failed'), { reason: { code: 'MACHINE_LOST' } });
  while ((await environments(engine)).length > 0) await setTimeout(50);
});

await test('a machine that ran out of memory is given up with that reason', async (t) => {
  const labs = [testLab('lab-0', { machines: [testMachine('main', { memoryBytes: 32 * 1024 * 1024 })] })];
  const { engine, service, id, machineId, ready } = await setUp(t, labs);
  for (let generation = ready.generation; generation < ready.generation + 3; generation++) {
    await docker('kill', machineId);
    await whenGeneration(service, id, generation);
  }
  const greedy = { command: ['tail', '/dev/zero'], timeoutMs: 30_000, outputLimitBytes: 1000 };
  t.equal((await engine.exec(machineId, greedy)).exitCode, 137);
  await docker('kill', machineId);
  const failed = await whenState(service, id, 'failed');
  t.match(failed.reason, { code: 'MACHINE_OUT_OF_MEMORY', message: /"main" ran out of memory/ });
});

await test('a session whose machine was removed by others is lost, with the rest of it', async (t) => {
  const { engine, service, owner, id, machineId } = await setUp(t);
  await docker('rm', '-f', machineId);
  const failed = await whenState(service, id, 'failed');
  t.match(failed.reason, { code: 'MACHINE_LOST' });
  while ((await environments(engine)).length > 0) await setTimeout(50);
  t.equal(await outcomeOf(() => service.restart(owner, id)), 'MACHINE_LOST');
  t.not((await service.start(owner, { lab: 'lab-0' })).id, id, 'the lab can be started again');
});

await test('without the engine, sessions are unreachable, and recover with it', async (t) => {
  const { engine, service, owner, id, ready } = await setUp(t);
  engine.vanish();
  const lost = await whenState(service, id, 'unreachable');
  t.equal(lost.generation, ready.generation + 1);
  t.equal(await outcomeOf(() => service.machine(owner, id, 'main')), 'SESSION_NOT_READY');
  t.equal((await service.start(owner, { lab: 'lab-0' })).id, id, 'it is still the learner’s session');
  engine.reconnect();
  const back = await whenState(service, id, 'ready');
  t.equal(back.generation, ready.generation + 2);
  t.same(back.machines, ready.machines);
});

await test('a restart waits for a repair that is under way', async (t) => {
  const { engine, service, owner, id, ready, machineId } = await setUp(t);
  let restarts = 0;
  let release = () => {};
  const repairing = new Promise<void>((resolve) => {
    engine.intercept('restart', async () => {
      restarts += 1;
      resolve();
      if (restarts === 1) await new Promise<void>((go) => (release = go));
    });
  });
  await docker('kill', machineId);
  await repairing;
  const restarted = service.restart(owner, id);
  await setTimeout(100);
  t.equal(restarts, 1, 'not two at the same time');
  release();
  t.match(await restarted, { state: 'ready', generation: ready.generation + 2 });
  t.equal(restarts, 2);
});

await test('a restart succeeds if the session was unreachable meanwhile', async (t) => {
  const { engine, service, owner, id } = await setUp(t);
  let losses = 0;
  // The session changes after its row was read, and before the restart is stored.
  engine.intercept('restart', async () => {
    losses += 1;
    engine.vanish();
    await whenState(service, id, 'unreachable');
    engine.reconnect();
  });
  t.match(await service.restart(owner, id), { state: 'ready', machines: [{ name: 'main' }] });
  t.equal(losses, 1);
  t.equal((await service.machine(owner, id, 'main')).name, 'main');
});

await test('a session stopped without the engine ends when the engine returns', async (t) => {
  const { engine, service, owner, id, sessions } = await setUp(t);
  engine.vanish();
  await whenState(service, id, 'unreachable');
  await service.stop(owner, id);
  await setTimeout(300);
  t.equal((await service.get(owner, id)).state, 'stopping');
  t.ok(sessions.log.messages().some((line) => line.includes('will retry')));
  engine.reconnect();
  await whenState(service, id, 'ended');
  t.same(await environments(engine), []);
});

await test('a machine that an aborted save left paused continues', async (t) => {
  const { engine, sessions, service, owner, id, ready, machineId } = await setUp(t);
  await engine.pause(machineId);
  await sessions.reconcile();
  t.match(await engine.inspect(machineId), { state: 'running' });
  t.equal((await service.get(owner, id)).generation, ready.generation, 'which does not change the session');
});

await test('an environment without a session is removed, and others are left alone', async (t) => {
  const { database, engine, sessions, id } = await setUp(t);
  const networks = [{ name: 'lab', subnet: '10.239.78.0/28', internet: false }];
  await engine.provision({ environmentId: 'forgotten', networks, machines: [] });
  await database.client.subnet.create({ data: { index: 9, environmentId: 'forgotten', network: 'lab' } });
  const own = await environmentOf(database, id);
  t.same((await environments(engine)).sort(), [own, 'forgotten'].sort());
  await sessions.reconcile();
  t.same(await environments(engine), [own]);
  t.equal(await database.client.subnet.count(), 1, 'its subnet is free again');
});

await test('sessions keep running while the service is stopped, and are monitored again when it starts', async (t) => {
  const { database, engine, sessions, service, owner, id, ready, machineId } = await setUp(t);
  await sessions.stop();
  t.same(await environments(engine), [await environmentOf(database, id)]);
  await docker('kill', machineId);
  const next = openSessions(t, database, { engine });
  next.start();
  const repaired = await whenGeneration(service, id, ready.generation);
  t.equal(repaired.state, 'ready');
  await next.service.stop(owner, id);
  await whenState(service, id, 'ended');
});
