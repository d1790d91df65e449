import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { createQuotaStore } from '../../../src/domains/sessions/capacity/quota-store.ts';
import type { SessionService } from '../../../src/domains/sessions/session.ts';
import { createQueueNotifier } from '../../../src/domains/sessions/capacity/queue-view.ts';
import { createActors, outcomeOf } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import {
  openSessions,
  putInState,
  testCatalogue,
  testLab,
  testMachine,
} from '../../kit/sessions/sessions.ts';

const MIB = 1024 ** 2;

/** Labs of 128 MiB each in the collection "basics", and one of 1 GiB in no collection. */
const catalogue = testCatalogue([
  ...['one', 'two', 'three', 'four'].map((slug) => testLab(slug, { collection: 'basics' })),
  testLab('large', { machines: [testMachine('main', { memoryBytes: 1024 * MIB })] }),
]);

/** Gives the session an environment since `at`. */
async function hold(database: Database, id: string, at: Date, memoryMib = 128): Promise<void> {
  await putInState(database, id, 'ready');
  const made = { claimedAt: new Date(at.getTime() - 2_000), readyAt: at };
  const data = { ...made, memoryBytes: BigInt(memoryMib * MIB), collection: 'basics', networks: 1 };
  await database.client.session.update({ where: { id }, data });
}

async function startAll(
  service: SessionService,
  actor: Actor,
  labs: string[],
  pause: () => Promise<unknown> = () => setTimeout(2),
) {
  const ids: string[] = [];
  for (const lab of labs) {
    ids.push((await service.start(actor, { lab })).id);
    // Sessions of the same millisecond are in any order.
    await pause();
  }
  return ids;
}

await test('waiting sessions show their position, reason and estimated wait', async (t) => {
  await eachDatabase(t, 'places', async (t, database) => {
    const { owner, other, admin, nobody } = await createActors(database);
    const clock = createFakeClock();
    const tick = () => clock.advance(1);
    const options = { catalogue, clock, memoryBudget: { bytes: 256 * MIB }, provisionConcurrency: 1 };
    const { service } = openSessions(t, database, options);
    const [ready = ''] = await startAll(service, other, ['one'], tick);
    const unmeasured = await service.queuePositions(other, [ready]);
    t.strictSame(unmeasured, [
      { position: 1, waiting: 1, estimatedWaitSeconds: undefined, reason: 'earlier_starts' },
    ]);
    await hold(database, ready, clock.now());
    const [first = '', second = ''] = await startAll(service, owner, ['one', 'two'], tick);
    // The other's session ends 30 minutes after its last use, which was 20 minutes ago.
    await clock.advance(10 * 60_000);
    t.strictSame(await service.queuePositions(owner, [second, ready, first, 'none']), [
      { position: 2, waiting: 2, estimatedWaitSeconds: 20 * 60 + 5 + 2, reason: 'memory' },
      undefined,
      { position: 1, waiting: 2, estimatedWaitSeconds: 2, reason: 'earlier_starts' },
      undefined,
    ]);
    t.strictSame(await service.queuePositions(other, [first]), [undefined], "another student's is not shown");
    t.match(await service.queuePositions(admin, [first]), [{ position: 1 }]);
    t.equal(await outcomeOf(() => service.queuePositions(nobody, [first])), 'UNAUTHENTICATED');
    await service.stop(owner, first);
    t.match(await service.queuePositions(owner, [second]), [{ position: 1, reason: 'earlier_starts' }]);
  });
});

await test('a lab that needs more than the total capacity is rejected immediately', async (t) => {
  await eachDatabase(t, 'too large', async (t, database) => {
    const { owner } = await createActors(database);
    const { service } = openSessions(t, database, { catalogue, memoryBudget: { bytes: 1024 * MIB - 1 } });
    await t.rejects(service.start(owner, { lab: 'large' }), {
      code: 'LAB_TOO_LARGE',
      message: /"large" needs 1 GiB of memory.*1024 MiB.*BERTH_MEMORY_BUDGET/,
    });
    t.equal(await database.client.session.count(), 0);

    const { service: larger } = openSessions(t, database, { catalogue, subnetPool: '10.231.0.0/28' });
    t.equal(await outcomeOf(() => larger.start(owner, { lab: 'large' })), 'ok');
    await createQuotaStore({ database }).set({
      subject: 'collection:basics',
      sessions: undefined,
      memoryBytes: 64 * MIB,
      updatedAt: new Date(),
    });
    await t.rejects(larger.start(owner, { lab: 'one' }), {
      code: 'LAB_TOO_LARGE',
      message: /128 MiB.*64 MiB.*quota of collection:basics/,
    });
  });
});

await test('a waiting session that no longer fits a reduced capacity fails with the reason', async (t) => {
  await eachDatabase(t, 'shrunk', async (t, database) => {
    const { owner } = await createActors(database);
    const before = openSessions(t, database, { catalogue });
    const { id } = await before.service.start(owner, { lab: 'large' });
    const after = openSessions(t, database, { catalogue, memoryBudget: { bytes: 512 * MIB } });
    after.start();
    for (;;) {
      const { state, reason } = await after.service.get(owner, id);
      if (state === 'failed') {
        t.match(reason, { code: 'LAB_TOO_LARGE', message: /1 GiB.*512 MiB/ });
        break;
      }
      await setTimeout(20);
    }
  });
});

await test('a start over the quota of a collection or lab waits, without delaying others', async (t) => {
  await eachDatabase(t, 'quotas', async (t, database) => {
    const { owner, other } = await createActors(database);
    const { service } = openSessions(t, database, { catalogue });
    const quotas = createQuotaStore({ database });
    const set = (subject: string, sessions?: number, memoryBytes?: number) =>
      quotas.set({ subject, sessions, memoryBytes, updatedAt: new Date() });
    const reasons = async (ids: string[]) =>
      (await service.queuePositions({ ...owner, role: 'admin' }, ids)).map((queued) => queued?.reason);

    const [held = ''] = await startAll(service, other, ['one']);
    await hold(database, held, new Date());
    const waiting = await startAll(service, owner, ['one', 'two', 'large']);
    t.strictSame(await reasons(waiting), ['earlier_starts', 'earlier_starts', 'earlier_starts']);
    await set('lab:one', 1);
    t.strictSame(await reasons(waiting), ['quota', 'earlier_starts', 'earlier_starts']);
    await set('collection:basics', 1);
    t.strictSame(await reasons(waiting), ['quota', 'quota', 'earlier_starts']);
    await set('collection:basics', 3, 256 * MIB);
    t.strictSame(await reasons(waiting), ['quota', 'earlier_starts', 'earlier_starts']);
    await set(`learner:${owner.userId}`, undefined, 1100 * MIB);
    t.strictSame(await reasons(waiting), ['quota', 'earlier_starts', 'quota'], 'of a learner, in total');
    await quotas.remove('lab:one');
    t.strictSame(
      await reasons(waiting),
      ['earlier_starts', 'quota', 'quota'],
      'the collection has space for one more',
    );
  });
});

await test("a start over the learner's own limit is rejected, by quota or setting", async (t) => {
  await eachDatabase(t, 'own limit', async (t, database) => {
    const { owner, other } = await createActors(database);
    const { service } = openSessions(t, database, { catalogue, sessionLimit: 2 });
    const quota = { memoryBytes: undefined, updatedAt: new Date() };
    const quotas = createQuotaStore({ database });
    await quotas.set({ subject: `learner:${owner.userId}`, sessions: 3, ...quota });
    await startAll(service, owner, ['one', 'two', 'three']);
    await t.rejects(service.start(owner, { lab: 'four' }), { code: 'SESSION_LIMIT', details: { limit: 3 } });
    await startAll(service, other, ['one', 'two']);
    await t.rejects(service.start(other, { lab: 'four' }), { code: 'SESSION_LIMIT', details: { limit: 2 } });
    await quotas.set({ subject: `learner:${other.userId}`, sessions: 1, ...quota });
    await t.rejects(service.start(other, { lab: 'four' }), { code: 'SESSION_LIMIT', details: { limit: 1 } });
  });
});

await test('the quota also applies to resumed, reset and copied sessions', async (t) => {
  await eachDatabase(t, 'again limit', async (t, database) => {
    const { owner, instructor } = await createActors(database);
    const { service, saves } = openSessions(t, database, { catalogue, sessionLimit: 3 });
    const quotas = createQuotaStore({ database });
    const allow = (userId: string, sessions: number) =>
      quotas.set({ subject: `learner:${userId}`, sessions, memoryBytes: undefined, updatedAt: new Date() });
    const [one = '', two = '', three = ''] = await startAll(service, owner, ['one', 'two', 'three']);
    await putInState(database, one, 'saved');
    await putInState(database, two, 'failed');
    await putInState(database, three, 'ready');
    const refused = { code: 'SESSION_LIMIT', details: { limit: 1 } };
    await allow(owner.userId, 1);
    await t.rejects(saves.resume(owner, one), refused);
    await t.rejects(saves.reset(owner, two), refused);
    await startAll(service, instructor, ['one']);
    await allow(instructor.userId, 1);
    await t.rejects(saves.fork(instructor, three), refused);
    await allow(owner.userId, 2);
    t.match(await saves.reset(owner, two), { state: 'queued' });
  });
});

await test('queued sessions are notified when their position changes, and only then', async (t) => {
  const clock = createFakeClock();
  const reported: string[] = [];
  const notifier = createQueueNotifier({ clock, changer: { notify: ({ id }) => reported.push(id) } });
  const queue = (...ids: string[]) =>
    ids.map((id) => ({
      row: { id } as Parameters<typeof notifier.notify>[0][number]['row'],
      verdict: 'memory' as const,
    }));
  const received = () => reported.splice(0);
  notifier.notify(queue('a', 'b', 'c'));
  t.strictSame(received(), ['a', 'b', 'c']);
  notifier.notify(queue('b', 'c'));
  t.strictSame(received(), [], 'at most once per interval');
  await clock.advance(1_000);
  notifier.notify(queue('b', 'c'));
  t.strictSame(received(), ['b', 'c']);
  await clock.advance(1_000);
  notifier.notify(queue('b', 'c'));
  t.strictSame(received(), []);
  notifier.notify([{ ...queue('b')[0]!, verdict: 'disk' }]);
  t.strictSame(received(), ['b'], 'for a changed reason');

  const many = Array.from({ length: 150 }, (_, index) => `s${index}`);
  await clock.advance(1_000);
  notifier.notify(queue(...many));
  t.equal(received().length, 100);
  await clock.advance(1_000);
  notifier.notify(queue(...many));
  t.strictSame(received(), many.slice(100), 'the others in the next round');
});

await test('bus events reach watchers of a queued session', async (t) => {
  const log = quietLog();
  const events = createMemoryBus({ log });
  await eachDatabase(t, 'notified', async (t, database) => {
    const { owner, other } = await createActors(database);
    const { service } = openSessions(t, database, { catalogue });
    const [held = ''] = await startAll(service, other, ['one']);
    await hold(database, held, new Date());
    const maker = openSessions(t, database, { catalogue, events, maxSessions: 1 });
    const [id = ''] = await startAll(maker.service, owner, ['two']);
    const received = new Promise<string>((resolve) => {
      events.listen('session.changed', ({ sessionId }) => sessionId === id && resolve(sessionId));
    });
    maker.start();
    t.equal(await received, id);
    t.match(await maker.service.queuePositions(owner, [id]), [{ position: 1, reason: 'session_limit' }]);
  });
});
