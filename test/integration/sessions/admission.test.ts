import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import { openDatabase } from '../../../src/infra/database/database.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { newId } from '../../../src/core/ids.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabase, freshDatabaseUrl, providers } from '../../kit/database/databases.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { openTestEngine, withFaults } from '../../kit/sessions/session-engine.ts';
import { openSessions, testCatalogue, testLab, testMachine, whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';
import { openPool, readyIds, warmLab } from '../../kit/sessions/warm.ts';

const MIB = 1024 ** 2;
const STARTS = 12;
const ROOM_FOR = 3;
const isolated = testMachine('main', { networks: [] });

async function manyLearners(database: Database): Promise<Actor[]> {
  const { owner } = await createActors(database);
  const rows = Array.from({ length: STARTS }, (_, index) => ({
    id: newId(),
    name: `learner ${index}`,
    role: 'student' as const,
    createdAt: new Date(),
  }));
  await database.client.user.createMany({ data: rows });
  return rows.map(({ id }) => ({ ...owner, userId: id }));
}

await test('twelve starts in three processes with space for three: all become ready, never more than three at once', async (t) => {
  for (const provider of providers) {
    await t.test(provider, async (t) => {
      const url = await freshDatabaseUrl(t, provider);
      const databases = await Promise.all([1, 2, 3].map(() => openDatabase({ url })));
      for (const database of databases) t.teardown(() => database.close());
      const [first] = databases;
      if (!first) throw new Error('There are three.');
      const learners = await manyLearners(first);
      const engine = withFaults(openTestEngine(t));
      const there = new Set<unknown>();
      let most = 0;
      engine.intercept('provision', async (spec) => {
        there.add((spec as { environmentId: string }).environmentId);
        most = Math.max(most, there.size);
      });
      const destroyed = Object.create(engine, {
        destroy: {
          async value(id: string) {
            await engine.destroy(id);
            there.delete(id);
          },
        },
      });
      const events = createMemoryBus({ log: quietLog() });
      const services = databases.map((database) => {
        const memoryBudget = { bytes: ROOM_FOR * 128 * MIB + MIB };
        const sessions = openSessions(t, database, { engine: destroyed, events, memoryBudget });
        sessions.start();
        return sessions.service;
      });
      const service = (index: number) => services[index % services.length] as (typeof services)[number];

      const ids = await Promise.all(
        learners.map(async (learner, index) => (await service(index).start(learner, { lab: 'lab-0' })).id),
      );
      await Promise.all(
        ids.map(async (id, index) => {
          const { state } = await whenState(service(index), id, 'ready', 'failed');
          t.equal(state, 'ready');
          await service(index).stop(learners[index], id);
        }),
      );
      t.equal(most, ROOM_FOR);
      for (const id of ids) await whenState(service(0), id, 'ended');
    });
  }
});

await test('a large lab gets capacity once enough have ended, and small ones use the rest', async (t) => {
  const url = await freshDatabaseUrl(t, 'sqlite');
  const database = await openDatabase({ url });
  t.teardown(() => database.close());
  const { owner, other } = await createActors(database);
  const catalogue = testCatalogue([
    ...['a', 'b', 'c'].map((slug) => testLab(slug)),
    testLab('large', { machines: [testMachine('main', { memoryBytes: 256 * MIB })] }),
  ]);
  const sessions = openSessions(t, database, {
    catalogue,
    engine: openTestEngine(t),
    memoryBudget: { bytes: 384 * MIB },
  });
  sessions.start();
  const { service } = sessions;
  const start = async (actor: Actor, lab: string) => (await service.start(actor, { lab })).id;
  const a = await start(owner, 'a');
  const b = await start(owner, 'b');
  for (const id of [a, b]) await whenState(service, id, 'ready');
  const large = await start(owner, 'large');
  await whenState(service, large, 'queued');
  const small = await start(other, 'c');
  await whenState(service, small, 'ready');
  t.match(await service.queuePositions(owner, [large]), [{ position: 1, waiting: 1, reason: 'memory' }]);
  await service.stop(owner, a);
  await whenState(service, a, 'ended');
  await setTimeout(100);
  t.equal((await service.get(owner, large)).state, 'queued', 'one ended session is not enough');
  await service.stop(owner, b);
  await whenState(service, large, 'ready');
});

await test('prewarmed environments count, are evicted for waiting sessions, and are only created with free capacity', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner, other } = await createActors(database);
  const labs = [
    warmLab('warm', 3),
    testLab('large', { machines: [testMachine('main', { memoryBytes: 256 * MIB })] }),
  ];
  const memoryBudget = { bytes: 384 * MIB };
  const { sessions, engine } = openPool(t, database, labs, { memoryBudget });
  await until(async () => (await readyIds(database, 'warm')).length === 3, 60_000);
  const taken = await sessions.service.start(other, { lab: 'warm' });
  await whenState(sessions.service, taken.id, 'ready');
  t.match(await database.client.session.findUnique({ where: { id: taken.id } }), {
    memoryBytes: BigInt(128 * MIB),
  });
  await setTimeout(6_000);
  t.equal((await readyIds(database, 'warm')).length, 2, 'there is no capacity for another one');
  const large = await sessions.service.start(owner, { lab: 'large' });
  t.equal((await whenState(sessions.service, large.id, 'ready', 'failed')).state, 'ready');
  t.equal((await engine.list()).length, 2, 'the prewarmed one was evicted');
});

await test('prewarmed environments release their networks for waiting sessions', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const labs = [
    warmLab('warm', 2),
    testLab('cold'),
    testLab('alone', { networks: [], machines: [isolated] }),
  ];
  // Of two networks.
  const subnetPool = `10.228.${randomInt(256)}.${randomInt(8) * 32}/27`;
  const { sessions, engine } = openPool(t, database, labs, { subnetPool });
  await until(async () => (await readyIds(database, 'warm')).length === 2, 60_000);
  const alone = await sessions.service.start(owner, { lab: 'alone' });
  await whenState(sessions.service, alone.id, 'ready');
  t.equal((await readyIds(database, 'warm')).length, 2, 'one without a network evicts nothing');
  const { id } = await sessions.service.start(owner, { lab: 'cold' });
  t.equal((await whenState(sessions.service, id, 'ready', 'failed')).state, 'ready');
  t.ok((await engine.list()).length <= 3, 'one was evicted');
});
