import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import type { Engine } from '../../../src/engine/engine.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import type { SessionsOptions } from '../../../src/domains/sessions/sessions-options.ts';
import { createActors } from '../../kit/service/actors.ts';
import { createGate } from '../../kit/basics/gate.ts';
import { SESSION_ADDRESS } from '../../kit/engine/job-networks.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
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
import { until } from '../../kit/basics/until.ts';

async function setUp(t: Test, options: Partial<SessionsOptions> = {}) {
  const database = await freshDatabase(t, 'sqlite');
  const { owner, other, admin } = await createActors(database);
  const engine = options.engine ?? openTestEngine(t);
  const sessions = openSessions(t, database, { engine, ...options });
  sessions.start();
  return { database, engine, sessions, service: sessions.service, owner, other, admin };
}

const environments = async (engine: Engine) =>
  (await engine.list()).map(({ environmentId }) => environmentId);

await test('a session becomes ready, is usable, and leaves nothing behind when stopped', async (t) => {
  const labs = [testLab('two', { machines: [testMachine('main'), testMachine('web')] })];
  const { database, engine, service, owner } = await setUp(t, { catalogue: testCatalogue(labs) });
  const { id } = await service.start(owner, { lab: 'two' });
  const ready = await whenState(service, id, 'ready', 'failed');
  t.match(ready, {
    state: 'ready',
    generation: 2,
    progress: undefined,
    reason: undefined,
    machines: [
      { name: 'main', addresses: [{ network: 'lab', address: SESSION_ADDRESS }] },
      { name: 'web', addresses: [{ network: 'lab', address: SESSION_ADDRESS }] },
    ],
  });
  t.ok(ready.readyAt && ready.expiresAt > ready.readyAt);
  const machine = await service.machine(owner, id, 'main');
  const ping = { command: ['getent', 'hosts', 'web'], timeoutMs: 10_000, outputLimitBytes: 1000 };
  t.match(
    String((await engine.exec(machine.machineId, ping)).stdout),
    ready.machines[1]?.addresses[0]?.address ?? 'none',
  );
  await t.rejects(service.machine(owner, id, 'nowhere'), { code: 'MACHINE_NOT_FOUND' });

  await service.stop(owner, id);
  const ended = await whenState(service, id, 'ended');
  t.ok(ended.endedAt);
  t.same(await environments(engine), []);
  t.match(await database.client.session.findUnique({ where: { id } }), { environmentId: null });
  t.equal(await database.client.subnet.count(), 0);
});

await test('a restart keeps the file system and the address, and increases the generation', async (t) => {
  const { engine, service, owner } = await setUp(t);
  const { id } = await service.start(owner, { lab: 'lab-0' });
  const before = await whenState(service, id, 'ready');
  const { machineId } = await service.machine(owner, id, 'main');
  const run = (...command: string[]) =>
    engine.exec(machineId, { command, timeoutMs: 10_000, outputLimitBytes: 1000 });
  await run('touch', '/root/kept');
  await run('sh', '-c', 'sleep 1000 >/dev/null 2>&1 & echo $! >/root/pid');
  const after = await service.restart(owner, id);
  t.equal(after.state, 'ready');
  t.equal(after.generation, before.generation + 1);
  t.same(after.machines, before.machines);
  t.equal((await run('test', '-f', '/root/kept')).exitCode, 0);
  t.not((await run('sh', '-c', 'kill -0 $(cat /root/pid)')).exitCode, 0, 'its processes ended');
  // The engine reports the machine's end, which must not trigger a repair.
  await setTimeout(1_500);
  t.equal((await service.get(owner, id)).generation, after.generation);
});

await test('a deleted session is removed with everything it had', async (t) => {
  const { database, engine, service, owner } = await setUp(t);
  const { id } = await service.start(owner, { lab: 'lab-0' });
  await whenState(service, id, 'ready');
  t.equal(await service.delete(owner, id), true);
  while ((await database.client.session.count()) > 0) await setTimeout(20);
  t.same(await environments(engine), []);
  t.equal(await database.client.machine.count(), 0);
});

await test('a missing image fails the session with that reason and leaves nothing behind', async (t) => {
  const labs = [testLab('broken', { machines: [testMachine('main', { image: 'berth/no-such:image' })] })];
  const { database, engine, service, owner } = await setUp(t, { catalogue: testCatalogue(labs) });
  const { id } = await service.start(owner, { lab: 'broken' });
  const failed = await whenState(service, id, 'failed');
  // A reachable registry does not have it; without one, its existence is unknown.
  t.match(failed.reason, { code: /^(IMAGE_NOT_FOUND|REGISTRY_UNREACHABLE)$/, message: /no-such:image/ });
  while (await database.client.session.findFirst({ where: { environmentId: { not: null } } })) {
    await setTimeout(20);
  }
  t.same(await environments(engine), []);
});

await test('without a free slot, sessions wait in the queue and show it', async (t) => {
  const engine = withFaults(openTestEngine(t));
  const order: unknown[] = [];
  const gate = createGate();
  engine.intercept('provision', async (spec) => {
    order.push((spec as { environmentId: string }).environmentId);
    await gate.opened;
  });
  const seconds: number[] = [];
  const { database, service, owner } = await setUp(t, {
    engine,
    provisionConcurrency: 1,
    onProvisioned: (_, took) => void seconds.push(took),
  });
  const ids: string[] = [];
  for (const lab of ['lab-0', 'lab-1', 'lab-2']) {
    ids.push((await service.start(owner, { lab })).id);
    await setTimeout(2);
  }
  const last = await whenState(service, ids[2] as string, 'queued');
  t.match(last.progress, { phase: 'queued' });
  gate.open();
  for (const id of ids) await whenState(service, id, 'ready');
  t.same(order, await Promise.all(ids.map((id) => environmentOf(database, id))));
  await until(() => seconds.length === 3);
  const { createdAt, readyAt } = await service.get(owner, ids[2] as string);
  const took = ((readyAt?.getTime() ?? 0) - createdAt.getTime()) / 1000;
  t.ok((seconds[2] ?? 0) >= took, 'the time in the queue counts');
});

await test('a session stopped or deleted during provisioning ends, and leaves nothing behind', async (t) => {
  const engine = withFaults(openTestEngine(t));
  const { service, owner, database } = await setUp(t, { engine });
  for (const pause of [0, 20, 60, 120, 200]) {
    const { id } = await service.start(owner, { lab: 'lab-0' });
    await setTimeout(pause);
    await service.stop(owner, id);
    await whenState(service, id, 'ended');
    t.same(await environments(engine), [], `stopped after ${pause} ms`);
  }
  const { id } = await service.start(owner, { lab: 'lab-1' });
  await setTimeout(50);
  await service.delete(owner, id);
  while (await database.client.session.findUnique({ where: { id } })) await setTimeout(20);
  t.same(await environments(engine), []);
});

await test('an environment that takes too long fails with the time limit', async (t) => {
  const engine = withFaults(openTestEngine(t));
  const inner = engine.provision;
  const slow: Engine = Object.create(engine, {
    provision: {
      value: async (...parameters: Parameters<Engine['provision']>) => {
        const machines = await inner(...parameters);
        const { signal } = parameters[1] ?? {};
        // Created but unfinished, as with an engine that hangs at the end.
        await new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
        });
        return machines;
      },
    },
  });
  const { service, owner, database } = await setUp(t, { engine: slow, provisionTimeoutSeconds: 1 });
  const { id } = await service.start(owner, { lab: 'lab-0' });
  const failed = await whenState(service, id, 'failed');
  t.match(failed.reason, { code: 'PROVISIONING_TIMED_OUT', message: /1 s/ });
  while (await database.client.session.findFirst({ where: { environmentId: { not: null } } })) {
    await setTimeout(20);
  }
  t.same(await environments(engine), []);
});

await test('subnets in use elsewhere are skipped, down to the last one of the pool', async (t) => {
  // Two sessions in a pool of four subnets, two of which another installation uses.
  const theirs = openTestEngine(t);
  const pool = '10.239.77.0/26';
  for (const [index, third] of [0, 32].entries()) {
    const network = { name: 'lab', subnet: `10.239.77.${third}/28`, internet: false };
    await theirs.provision({ environmentId: `taken-${index}`, networks: [network], machines: [] });
  }
  const { engine, service, owner, other } = await setUp(t, { subnetPool: pool });
  const one = await service.start(owner, { lab: 'lab-0' });
  const two = await service.start(other, { lab: 'lab-0' });
  const states = [
    await whenState(service, one.id, 'ready', 'failed'),
    await whenState(service, two.id, 'ready', 'failed'),
  ];
  t.same(
    states.map(({ state }) => state),
    ['ready', 'ready'],
  );
  const three = await service.start(owner, { lab: 'lab-1' });
  await until(async () => (await service.queuePositions(owner, [three.id]))[0]?.reason === 'networks');
  t.match(await whenState(service, three.id, 'queued'), { reason: undefined });
  t.equal((await environments(engine)).length, 2);
  await service.stop(owner, one.id);
  t.equal(
    (await whenState(service, three.id, 'ready', 'failed')).state,
    'ready',
    'once one released its own',
  );
});

await test('progress of a start is reported in order', async (t) => {
  const events = createMemoryBus({ log: quietLog() });
  const { service, owner } = await setUp(t, { events });
  const seen: Promise<string>[] = [];
  events.listen('session.changed', ({ sessionId }) =>
    seen.push(service.get(owner, sessionId).then(({ state }) => state)),
  );
  const { id } = await service.start(owner, { lab: 'lab-0' });
  await whenState(service, id, 'ready');
  await setTimeout(50);
  const rank = ['requested', 'provisioning', 'ready'];
  const ranks = (await Promise.all(seen)).map((state) => rank.indexOf(state));
  t.same(
    ranks,
    ranks.toSorted((a, b) => a - b),
  );
  t.equal(ranks.at(-1), 2);
});

await test('a session that needs a nested engine gets the reason why it is unavailable, before its image is checked', async (t) => {
  const machine = { ...testMachine('main'), profile: 'nested' as const, image: 'berth-test/nowhere:1' };
  const catalogue = testCatalogue([testLab('engine', { machines: [machine] })]);
  const engine = openTestEngine(t, { nestedDocker: 'off' });
  const { service, owner } = await setUp(t, { catalogue, engine });
  const { id } = await service.start(owner, { lab: 'engine' });
  const failed = await whenState(service, id, 'failed', 'ready');
  t.match(failed.reason, { code: 'NESTED_ENGINE_UNAVAILABLE', message: /BERTH_NESTED_DOCKER/ });
  t.same(await environments(engine), []);
});
