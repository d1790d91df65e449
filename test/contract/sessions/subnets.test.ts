import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import type { Test } from 'tap';
import { systemClock } from '../../../src/core/clock.ts';
import { openDatabase } from '../../../src/infra/database/database.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import { newId } from '../../../src/core/ids.ts';
import { createSubnetAllocator } from '../../../src/domains/sessions/provisioning/subnet-pool.ts';
import { createSubnetPool } from '../../../src/domains/sessions/provisioning/subnet-pool.ts';
import { createSubnetStore } from '../../../src/domains/sessions/provisioning/subnet-store.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { freshDatabaseUrl, providers } from '../../kit/database/databases.ts';
import { instantEngine, openSessions } from '../../kit/sessions/sessions.ts';
import { TYPESCRIPT } from '../../kit/service/typescript.ts';
import { until } from '../../kit/basics/until.ts';

const DEFAULT_POOL = '10.231.0.0/16';
const taker = fileURLToPath(new URL('../../kit/sessions/subnet-taker.ts', import.meta.url));

/** Two connections to one fresh database, like those of two processes. */
async function openTwo(t: Test, provider: Database['provider']) {
  const url = await freshDatabaseUrl(t, provider);
  const databases = [await openDatabase({ url }), await openDatabase({ url })] as const;
  for (const database of databases) t.teardown(() => database.close());
  return { url, databases };
}

/** Allocates subnets of the pool `cidr` as one process does. */
function openAllocator(database: Database, cidr: string) {
  const pool = createSubnetPool({ cidr, clock: systemClock, hostRoutes: () => [] });
  const subnets = createSubnetStore({ database });
  return { pool, subnets, ...createSubnetAllocator({ pool, subnets }) };
}

/** Stores this many waiting sessions, each of another learner. */
async function requestSessions({ client }: Database, number: number): Promise<void> {
  const at = new Date();
  const later = new Date(at.getTime() + 60 * 60_000);
  const people = Array.from({ length: number }, () => ({ id: newId(), name: 'learner', createdAt: at }));
  const sessions = people.map((person) => ({
    id: newId(),
    learnerId: person.id,
    labSlug: 'lab-0',
    labVersion: 'version-1',
    state: 'requested' as const,
    activeKey: `${person.id}:lab-0`,
    createdAt: at,
    lastActivityAt: at,
    expiresAt: later,
    endsAt: later,
    maxEndsAt: later,
    idleMinutes: 30,
  }));
  await client.user.createMany({ data: people.map((person) => ({ ...person, role: 'student' as const })) });
  await client.session.createMany({ data: sessions });
  const machines = sessions.map(({ id }) => ({
    id: `${id}.000`,
    sessionId: id,
    name: 'main',
    image: 'none',
  }));
  await client.machine.createMany({ data: machines });
}

const indexesOf = async ({ client }: Database) =>
  (await client.subnet.findMany({ select: { index: true } })).map(({ index }) => index);

for (const provider of providers) {
  await test(`the environments of 300 simultaneous sessions in two processes each get a subnet (${provider})`, async (t) => {
    const { databases } = await openTwo(t, provider);
    const processes = databases.map((database) => openAllocator(database, DEFAULT_POOL));
    const draws = Array.from({ length: 150 }, () =>
      processes.map(({ allocate }) => allocate(newId(), [{ name: 'lab' }])),
    );
    const allocated = await Promise.all(draws.flat());
    t.equal(new Set(allocated.map((subnets) => subnets.get('lab'))).size, 300);
    t.equal(new Set(await indexesOf(databases[0])).size, 300);
  });

  await test(`simultaneous allocations get exactly as many subnets as exist (${provider})`, async (t) => {
    const { databases } = await openTwo(t, provider);
    const cidr = '10.231.0.0/22';
    const processes = databases.map((database) => openAllocator(database, cidr));
    const draws = Array.from({ length: 80 }, (_, number) =>
      outcomeOf(() => processes[number % 2]?.allocate(newId(), [{ name: 'lab' }]) ?? Promise.reject()),
    );
    const outcomes = await Promise.all(draws);
    t.equal(outcomes.filter((outcome) => outcome === 'ok').length, 64);
    t.equal(outcomes.filter((outcome) => outcome === 'SUBNETS_EXHAUSTED').length, 16);
    t.equal(new Set(await indexesOf(databases[0])).size, 64);
  });

  await test(`a subnet that the engine rejected is set aside, and others are allocated (${provider})`, async (t) => {
    const { databases } = await openTwo(t, provider);
    const { pool, allocate, refuse } = openAllocator(databases[0], '10.231.0.0/26');
    const environment = newId();
    const refused = new Set<string>();
    for (let tries = 0; tries < 3; tries++) {
      const subnet = (await allocate(environment, [{ name: 'lab' }])).get('lab') ?? '';
      t.notOk(refused.has(subnet), 'another one each time');
      refused.add(subnet);
      await refuse(environment, subnet);
    }
    t.equal(pool.usable(), 1);
    const last = await allocate(environment, [{ name: 'lab' }]);
    t.notOk(refused.has(last.get('lab') ?? ''));
    t.equal(await outcomeOf(() => allocate(newId(), [{ name: 'lab' }])), 'SUBNETS_EXHAUSTED');
  });
}

await test('subnets of a killed process are freed, and another process provisions its sessions', async (t) => {
  const { url, databases } = await openTwo(t, 'postgresql');
  const [database] = databases;
  const number = 60;
  await requestSessions(database, number);
  // 64 subnets: without those of the killed process, some sessions would get none.
  const subnetPool = '10.231.0.0/22';
  const child = spawn(process.execPath, [TYPESCRIPT, taker, url, subnetPool]);
  t.teardown(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const service = openSessions(t, database, {
    engine: instantEngine(database, async () => undefined),
    subnetPool,
    memoryBudget: { bytes: Number.MAX_SAFE_INTEGER },
  });
  service.start();
  child.kill('SIGKILL');
  await once(child, 'exit');
  await until(async () => ((await service.countByState()).ready ?? 0) === number, 60_000);
  t.strictSame(await service.countByState(), { ready: number });
  await service.reconcile();
  const rows = await database.client.subnet.findMany({ select: { environmentId: true } });
  const environments = await database.client.session.findMany({ select: { environmentId: true } });
  t.strictSame(
    rows.map(({ environmentId }) => environmentId).toSorted(),
    environments.map(({ environmentId }) => environmentId ?? '').toSorted(),
    'each subnet belongs to a session',
  );
});
