import { test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import { GATEWAY_MEMORY_BYTES } from '../../../src/engine/engine.ts';
import { newId } from '../../../src/core/ids.ts';
import { createAdmissionStore } from '../../../src/domains/sessions/capacity/admission-store.ts';
import { createSessionStore } from '../../../src/domains/sessions/session-store.ts';
import { createWarmStore } from '../../../src/domains/sessions/pool/warm-store.ts';
import { createActors } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { openSessions, testLab, testMachine } from '../../kit/sessions/sessions.ts';

const lab = testLab('lab-0');
const now = new Date();
const lease = { owner: 'somebody', expiresAt: new Date(now.getTime() + 60_000) };
const most = { ofLab: 100, inAll: 100 };
const hasCapacity = async () => true;
const columns = { memoryBytes: 1n, networks: 1, collection: null, claimedAt: now };
const share = {
  learnerId: 'x',
  labSlug: lab.slug,
  labVersion: lab.version,
  collection: undefined,
  memoryBytes: 1,
  networks: 1,
};
/** Admits everyone. */
const open = { share, columns, hasCapacity, mayTake: hasCapacity };

/** As `putReady` stores it. */
const environment = (id: string) => ({
  id,
  machines: [{ name: 'main', machineId: 'there', addresses: [], image: 'image' }],
});

/** Stores ready environments that no engine has. */
async function putReady(database: Database, count: number): Promise<string[]> {
  const store = createWarmStore({ database });
  await store.announce(lab, now);
  const ids: string[] = [];
  for (let number = 0; number < count; number++) {
    const id = newId();
    await store.begin({ id, lab, lease, most, hasCapacity, now });
    await store.finish(
      id,
      lease.owner,
      [{ name: 'main', machineId: `machine-${number}`, addresses: [], image: 'image' }],
      now,
    );
    ids.push(id);
  }
  return ids;
}

await test('exactly one of two learners gets the same environment, every time', async (t) => {
  await eachDatabase(t, 'race for one', async (t, database) => {
    const { owner, other } = await createActors(database);
    const { service } = openSessions(t, database);
    const store = createWarmStore({ database });
    const queue = createAdmissionStore({ database });
    for (let round = 0; round < 20; round++) {
      const [id = ''] = await putReady(database, 1);
      for (const actor of [owner, other]) await service.start(actor, { lab: 'lab-0' });
      const waiting = await queue.waiting();
      t.equal(waiting.length, 2);
      const taken = await Promise.all(waiting.map((row) => store.take(row, environment(id), lease, open)));
      const outcomes = taken.map((outcome) => (typeof outcome === 'string' ? outcome : 'taken'));
      t.same(outcomes.toSorted(), ['gone', 'taken'], `round ${round}`);
      const sessions = await database.client.session.findMany({ where: { environmentId: id } });
      t.match(sessions, [{ state: 'provisioning', claimedBy: 'somebody', phase: 'starting', generation: 1 }]);
      t.equal(await database.client.warmEnvironment.count(), 0);
      await database.client.session.deleteMany();
    }
  });
});

await test('a session that has changed meanwhile takes nothing', async (t) => {
  await eachDatabase(t, 'changed session', async (t, database) => {
    const { owner } = await createActors(database);
    const { service } = openSessions(t, database);
    const store = createWarmStore({ database });
    const [id = ''] = await putReady(database, 1);
    const session = await service.start(owner, { lab: 'lab-0' });
    const row = await createSessionStore({ database }).findAny(session.id);
    await service.stop(owner, session.id);
    t.equal(row && (await store.take(row, environment(id), lease, open)), 'refused');
    t.match(await createWarmStore({ database }).find(id), { state: 'ready' }, 'it can still be taken');
  });
});

await test('simultaneous creations never exceed the limits', async (t) => {
  await eachDatabase(t, 'limits', async (t, database) => {
    const store = createWarmStore({ database });
    const other = testLab('lab-1');
    for (const one of [lab, other]) await store.announce(one, now);
    const begin = (one: typeof lab, ofLab: number) =>
      store.begin({ id: newId(), lab: one, lease, most: { ofLab, inAll: 5 }, hasCapacity, now });
    const started = await Promise.all(Array.from({ length: 8 }, () => begin(lab, 3)));
    t.equal(started.filter(Boolean).length, 3, 'of one lab');
    const more = await Promise.all(Array.from({ length: 8 }, () => begin(other, 8)));
    t.equal(more.filter(Boolean).length, 2, 'of all labs');
    t.match(await store.all(), [{ memoryBytes: 128 * 1024 * 1024, lease: { owner: 'somebody' } }]);
  });
});

await test('without capacity, none is created and a ready one is not taken', async (t) => {
  await eachDatabase(t, 'no capacity', async (t, database) => {
    const { owner } = await createActors(database);
    const { service } = openSessions(t, database);
    const store = createWarmStore({ database });
    const [id = ''] = await putReady(database, 1);
    const closed = async () => false;
    t.equal(await store.begin({ id: newId(), lab, lease, most, hasCapacity: closed, now }), false);
    await service.start(owner, { lab: 'lab-0' });
    const [row] = await createAdmissionStore({ database }).waiting();
    t.equal(row && (await store.take(row, environment(id), lease, { ...open, mayTake: closed })), 'refused');
    t.match(await store.find(id), { state: 'ready' });
    const taken = row && (await store.take(row, environment(id), lease, open));
    t.match(taken, { memoryBytes: 1n, networks: 1, claimedAt: now, machines: [{ containerId: 'there' }] });
    const machines = await database.client.machine.findMany();
    t.match(
      machines,
      [{ name: 'main', containerId: 'there' }],
      'its machines are those of the ready environment',
    );
  });
});

await test('creates only the most recently announced version', async (t) => {
  await eachDatabase(t, 'versions', async (t, database) => {
    const store = createWarmStore({ database });
    const begin = (version: string) =>
      store.begin({ id: newId(), lab: { ...lab, version }, lease, most, hasCapacity, now });
    t.equal(await begin('v1'), false, 'never announced');
    await store.announce({ slug: lab.slug, version: 'v1' }, now);
    t.equal(await begin('v1'), true);
    await store.announce({ slug: lab.slug, version: 'v2' }, now);
    t.equal(await begin('v1'), false);
    t.equal(await begin('v2'), true);
    const later = new Date(now.getTime() + 1_000);
    await store.announce({ slug: lab.slug, version: 'v2' }, later);
    t.match(
      await store.pools(),
      [{ labVersion: 'v2', neededAt: now }],
      'a repeated announcement is not a use',
    );
    await store.need(lab.slug, later);
    t.match(await store.pools(), [{ neededAt: later, drainedAt: null }]);
    await store.retire(lab.slug);
    t.same(await store.pools(), []);
  });
});

await test('an environment marked for removal cannot become ready, and a taken one cannot be marked', async (t) => {
  await eachDatabase(t, 'removed', async (t, database) => {
    const store = createWarmStore({ database });
    const [id = ''] = await putReady(database, 1);
    t.same(await store.markForRemoval([id, newId()]), [id]);
    t.same(await store.markForRemoval([id]), [], 'once');
    t.equal(await store.findReady(lab), undefined);
    const created = newId();
    await store.begin({ id: created, lab, lease, most, hasCapacity, now });
    t.same(await store.renew(lease), [created]);
    t.equal(await store.finish(created, 'another', [], now), false);
    t.same(await store.drain(lab.slug, now), [created]);
    t.same(await store.renew(lease), [], 'its creator learns that it is not needed');
    t.equal(await store.finish(created, lease.owner, [], now), false);
    await store.remove(created);
    await store.remove(created);
    t.equal(await store.find(created), undefined);
  });
});

await test('stored environments count the gateways of their machines, as admission does', async (t) => {
  await eachDatabase(t, 'gateways', async (t, database) => {
    const store = createWarmStore({ database });
    const web = testLab('lab-0', {
      machines: [testMachine('main', { ports: [{ port: 80, name: { en: 'Web' } }] })],
    });
    await store.announce(web, now);
    await store.begin({ id: newId(), lab: web, lease, most, hasCapacity, now });
    const [stored] = (await createAdmissionStore({ database }).holdings()).warm;
    const ofMachines = web.machines.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
    t.equal(stored?.memoryBytes, ofMachines + GATEWAY_MEMORY_BYTES);
  });
});
