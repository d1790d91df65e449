import { test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import { newId } from '../../../src/core/ids.ts';
import { createTicketStore } from '../../../src/domains/terminals/ticket-store.ts';
import { createTerminalStore } from '../../../src/domains/terminals/terminal-store.ts';
import { createActors } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { openSessions } from '../../kit/sessions/sessions.ts';

const NOW = new Date('2030-01-01T08:00:00Z');
const after = (ms: number) => new Date(NOW.getTime() + ms);

/** A store with a session for terminals. */
async function prepare(t: Parameters<Parameters<typeof eachDatabase>[2]>[0], database: Database) {
  const { owner } = await createActors(database);
  const session = await openSessions(t, database).service.start(owner, { lab: 'lab-0' });
  const store = createTerminalStore({ database });
  const insert = (change: { id?: string; limit?: number; now?: Date } = {}) => {
    const { id = newId(), limit = 20, now = NOW } = change;
    return store.insert({
      id,
      sessionId: session.id,
      machine: 'main',
      openedById: owner.userId,
      rows: 24,
      cols: 80,
      now,
      limit,
    });
  };
  const begin = (id: string, owner = 'me') =>
    store.acquireLease(id, { owner, expiresAt: after(45_000) }, NOW);
  return { store, sessionId: session.id, owner, insert, begin };
}

await test('the limit holds for any number of simultaneous requests', async (t) => {
  await eachDatabase(t, 'twenty at once', async (t, database) => {
    const { store, sessionId, insert } = await prepare(t, database);
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => insert({ limit: 5 })));
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 5);
    for (const result of results)
      if (result.status === 'rejected') t.match(result.reason, { code: 'TERMINAL_LIMIT' });
    t.equal((await store.listOpen(sessionId, NOW)).length, 5);

    t.equal((await store.listOpen(sessionId, after(60_000))).length, 0, 'unused tickets expire');
    await insert({ limit: 1, now: after(60_000) });
    await t.rejects(insert({ limit: 1, now: after(60_000) }), { code: 'TERMINAL_LIMIT' });
  });
});

await test('a ticket is used once, and only while it is valid', async (t) => {
  await eachDatabase(t, 'tickets', async (t, database) => {
    const { insert, owner } = await prepare(t, database);
    const tickets = createTicketStore({ database });
    const { id } = await insert();
    const { id: other } = await insert();
    const ticket = { terminalId: id, userId: owner.userId, role: 'assisting' as const, openedWith: 'hash' };
    const give = (hash: string) => tickets.insert({ ...ticket, hash, expiresAt: after(60_000) });
    await give('one');
    t.equal(await tickets.take('one', other, NOW), undefined, 'on another terminal');
    t.equal(await tickets.take('one', id, after(60_000)), undefined, 'too late');
    const taken = await Promise.all([1, 2, 3].map(() => tickets.take('one', id, NOW)));
    t.same(
      taken.filter((each) => each !== undefined),
      [ticket],
      'three at once',
    );
    await give('two');
    await tickets.expire(after(59_999));
    t.same(await tickets.take('two', id, NOW), ticket);
    await give('three');
    await tickets.expire(after(60_000));
    t.equal(await tickets.take('three', id, NOW), undefined, 'and is removed if unused');
  });
});

await test('one process starts a shell, and only its lease owner passes it on', async (t) => {
  await eachDatabase(t, 'passing on', async (t, database) => {
    const { store, insert, begin } = await prepare(t, database);
    const { id } = await insert();
    const started = await Promise.all([begin(id), begin(id), begin(id)]);
    t.equal(started.filter(Boolean).length, 1);
    const hold = (owner: string) => ({ owner, expiresAt: after(45_000) });
    const passed = await Promise.all(
      ['a', 'b', 'c'].map((owner) => store.transferLease(id, 'me', hold(owner))),
    );
    t.equal(passed.filter(Boolean).length, 1);
    t.equal(await store.transferLease(id, 'me', hold('d')), false);
    t.same(await store.renewLeases([id], hold('me')), [id], 'the previous owner is notified');
    const leaseOwner = (await store.find(id))?.lease.owner ?? '';
    await store.releaseLeases([id], 'me');
    t.same((await store.find(id))?.lease.expiresAt, after(45_000), 'only the owner releases it');
    await store.releaseLeases([id], leaseOwner);
    t.match(await store.listLeasedByOthers('me', NOW), [{ id }]);
    await store.end(id, { at: NOW });
    t.equal(await store.transferLease(id, leaseOwner, hold('e')), false);
    const { id: ended } = await insert();
    await store.end(ended, { at: NOW });
    t.equal(await begin(ended), false, 'a closed one is not started');
  });
});

await test('an end is stored once, with its code', async (t) => {
  await eachDatabase(t, 'ends', async (t, database) => {
    const { store, insert, begin } = await prepare(t, database);
    const { id } = await insert();
    await begin(id);
    t.equal(await store.saveShell(id, { machineId: 'm', shell: '7:0:1', durable: false }), true);
    t.equal(await store.end(id, { at: after(1), exitCode: 3 }), true);
    t.equal(await store.end(id, { at: after(2) }), false);
    t.match(await store.find(id), { exitCode: 3, endedAt: after(1) });
    t.equal(await store.saveShell(id, { machineId: 'm', shell: '7:0:1', durable: false }), false);
    t.equal(await store.end('never-was', { at: NOW }), false);
    t.equal(await store.find('never-was'), undefined);
  });
});

await test('of many foreign leases, each expired one is found', async (t) => {
  await eachDatabase(t, 'many holds', async (t, database) => {
    const { store, insert, begin } = await prepare(t, database);
    const { id } = await insert();
    await begin(id);
    const row = await database.client.terminal.findUniqueOrThrow({ where: { id } });
    const holds = (count: number, leaseOwner: string, heldUntil: Date) =>
      database.client.terminal.createMany({
        data: Array.from({ length: count }, () => ({ ...row, id: newId(), heldBy: leaseOwner, heldUntil })),
      });
    await holds(600, 'a living neighbour', after(45_000));
    await holds(501, 'the dead', after(-1));
    await holds(600, 'a living neighbour', after(45_000));
    const found = await store.listLeasedByOthers('me', NOW);
    t.equal(new Set(found.filter(({ lease }) => lease.owner === 'the dead').map(({ id }) => id)).size, 501);
    t.ok(found.length <= 1_000, 'and valid ones are not all read');
  });
});

await test('leases of others and expired ones are found, and renewed ones are not', async (t) => {
  await eachDatabase(t, 'holds', async (t, database) => {
    const { store, insert, begin } = await prepare(t, database);
    const [mine, theirs, ended, unattached] = await Promise.all([insert(), insert(), insert(), insert()]);
    await begin(mine.id);
    await begin(theirs.id, 'them');
    await store.saveShell(theirs.id, { machineId: 'm', shell: '7:0:1', durable: false });
    await begin(ended.id, 'them');
    await store.end(ended.id, { at: NOW });

    t.match(await store.listLeasedByOthers('me', NOW), [
      {
        id: theirs.id,
        lease: { owner: 'them', expiresAt: after(45_000) },
        handle: { machineId: 'm', shell: '7:0:1' },
      },
    ]);
    t.match(await store.listLeasedByOthers('them', after(50_000)), [{}, {}], 'holds that ran out');
    const hold = { owner: 'me', expiresAt: after(90_000) };
    t.same(await store.renewLeases([mine.id, theirs.id, ended.id, 'gone'], hold), [
      theirs.id,
      ended.id,
      'gone',
    ]);
    t.match(await store.listLeasedByOthers('them', after(50_000)), [
      { id: theirs.id },
      { id: mine.id, handle: undefined },
    ]);

    await store.expireUnused(after(59_999));
    t.equal((await store.find(unattached.id))?.endedAt, undefined);
    await store.expireUnused(after(60_000));
    t.same((await store.find(unattached.id))?.endedAt, after(60_000));
    t.equal((await store.find(mine.id))?.endedAt, undefined);
  });
});
