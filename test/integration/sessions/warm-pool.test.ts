import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import { fault } from '../../../src/core/errors.ts';
import { parseWarmTime } from '../../../src/domains/labs/warm-time.ts';
import type { WarmTime } from '../../../src/domains/labs/warm-time.ts';
import { system } from '../../../src/domains/identity/actor.ts';
import { createActors } from '../../kit/service/actors.ts';
import { eachDatabase, freshDatabase } from '../../kit/database/databases.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { openTestEngine, withFaults } from '../../kit/sessions/session-engine.ts';
import { openSessions, testLab, testMachine, whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';
import { openPool, readyIds, warmLab, whenPool } from '../../kit/sessions/warm.ts';

await test('several processes fill one pool together, with none too many', async (t) => {
  await eachDatabase(t, 'one pool', async (t, database) => {
    const engine = withFaults(openTestEngine(t));
    let made = 0;
    engine.intercept('provision', async () => void made++);
    const labs = [warmLab('warm', 3), warmLab('other', 2)];
    const workers = [1, 2].map(() => openPool(t, database, labs, { engine, warmLimit: 4 }));
    const [first] = workers;
    await until(async () => (await readyIds(database)).length === 4, 120_000);
    await setTimeout(500);
    t.equal((await engine.list()).length, 4);
    t.equal(made, 4);
    const pools = (await first?.sessions.warm.list(system)) ?? [];
    t.match(pools, [
      { labSlug: 'other', creating: 0, wanted: 2 },
      { labSlug: 'warm', creating: 0, wanted: 3 },
    ]);
    // Two processes that start at the same moment may both choose the same lab.
    t.ok(
      pools.every(({ ready }) => ready >= 1 && ready <= 3),
      'each gets one',
    );
  });
});

await test('a changed or removed lab replaces its environments', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const labs = [warmLab('warm', 2)];
  const clock = createFakeClock(new Date());
  const { engine, sessions } = openPool(t, database, labs, { clock });
  await whenPool(sessions, 'warm', 2);
  const before = await readyIds(database);
  const session = await sessions.service.start(owner, { lab: 'warm' });
  await whenState(sessions.service, session.id, 'ready');

  labs[0] = warmLab('warm', 2, { version: 'version-2', machines: [testMachine('main', { pids: 70 })] });
  await until(async () => {
    await clock.advance(1_000);
    const rows = await database.client.warmEnvironment.count();
    return rows === 2 && (await engine.list()).length === 3 && (await readyIds(database)).length === 2;
  }, 60_000);
  const after = await readyIds(database);
  t.notOk(after.some((id) => before.includes(id)));
  t.match(await database.client.warmEnvironment.findMany(), [
    { labVersion: 'version-2' },
    { labVersion: 'version-2' },
  ]);
  t.match(await sessions.service.get(owner, session.id), { state: 'ready' }, 'running sessions continue');

  labs.splice(0, 1, testLab('warm'));
  await until(async () => {
    await clock.advance(1_000);
    return (await database.client.warmEnvironment.count()) === 0;
  }, 60_000);
  await until(async () => (await database.client.subnet.count()) === 1);
  t.equal((await engine.list()).length, 1);
  t.equal(await database.client.warmPool.count(), 0);
});

await test('an unneeded pool is emptied, and a start fills it again', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const clock = createFakeClock(new Date());
  const { engine, sessions } = openPool(t, database, [warmLab('warm', 1)], { clock, warmIdleMinutes: 60 });
  await whenPool(sessions, 'warm', 1);
  clock.jump(59 * 60_000);
  await setTimeout(300);
  t.equal((await engine.list()).length, 1);
  clock.jump(2 * 60_000);
  await until(async () => (await engine.list()).length === 0);
  t.match(await sessions.warm.list(system), [{ ready: 0, creating: 0, wanted: 0 }]);
  const session = await sessions.service.start(owner, { lab: 'warm' });
  await whenState(sessions.service, session.id, 'ready');
  await until(async () => {
    await clock.advance(1_000);
    return (await readyIds(database)).length === 1;
  }, 60_000);
});

await test('the scheduled number is ready on time, and removed if unused', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  // Half a day before clocks in Berlin go forward, on Sunday at 02:00.
  const clock = createFakeClock(new Date('2030-03-30T12:00:00Z'));
  const schedule = ['Sunday 09:00, 3'].map(parseWarmTime) as WarmTime[];
  const { engine, sessions } = openPool(t, database, [testLab('class', { warm: { count: 1, schedule } })], {
    clock,
    timeZone: 'Europe/Berlin',
    warmIdleMinutes: 60,
  });
  await whenPool(sessions, 'class', 1);
  clock.jump(Date.parse('2030-03-31T06:49:50Z') - clock.now().getTime());
  await until(async () => (await engine.list()).length === 0);
  // 09:00 is now 07:00 UTC.
  clock.jump(11_000);
  await whenPool(sessions, 'class', 3);
  clock.jump(Date.parse('2030-03-31T07:29:00Z') - clock.now().getTime());
  await setTimeout(300);
  t.equal((await readyIds(database)).length, 3, 'for late starts');
  clock.jump(70_000);
  await until(async () => (await engine.list()).length === 1);
  clock.jump(61 * 60_000);
  await until(async () => (await engine.list()).length === 0);
});

await test('a pool emptied by an admin stays empty until somebody starts the lab', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner, admin, instructor } = await createActors(database);
  const { engine, sessions } = openPool(t, database, [warmLab('warm', 2)]);
  await whenPool(sessions, 'warm', 2);
  await t.rejects(sessions.warm.drain(instructor, 'warm'), { code: 'FORBIDDEN' });
  await t.rejects(sessions.warm.drain(undefined, 'warm'), { code: 'UNAUTHENTICATED' });
  await t.rejects(async () => sessions.warm.list(owner), { code: 'FORBIDDEN' });
  await t.rejects(sessions.warm.drain(admin, 'nowhere'), { code: 'LAB_NOT_FOUND' });
  t.equal(await sessions.warm.drain(admin, 'warm'), 2);
  await until(async () => (await engine.list()).length === 0);
  await setTimeout(300);
  t.match(await sessions.warm.list(instructor), [{ ready: 0, creating: 0, wanted: 0 }]);
  const session = await sessions.service.start(owner, { lab: 'warm' });
  await whenState(sessions.service, session.id, 'ready');
  await whenPool(sessions, 'warm', 2);
});

await test('nothing is prewarmed while learners wait', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const engine = withFaults(openTestEngine(t));
  const started: string[] = [];
  const slow = async (spec: unknown) => {
    started.push((spec as { environmentId: string }).environmentId);
    if (started.length <= 3) await setTimeout(400);
  };
  engine.intercept('provision', slow);
  const front = openSessions(t, database, { engine });
  const ids: string[] = [];
  for (const lab of ['lab-0', 'lab-1', 'lab-2']) ids.push((await front.service.start(owner, { lab })).id);
  const labs = [...['lab-0', 'lab-1', 'lab-2'].map((slug) => testLab(slug)), warmLab('warm', 1)];
  const { sessions } = openPool(t, database, labs, { engine, provisionConcurrency: 1 });
  await whenPool(sessions, 'warm', 1);
  for (const id of ids) await whenState(sessions.service, id, 'ready');
  t.equal(started.length, 4);
  t.same(started.slice(3), await readyIds(database), 'the prewarmed one was last');
});

await test('a lab whose environments cannot be created is reported once, and retried with delays', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const engine = withFaults(openTestEngine(t));
  let tries = 0;
  engine.intercept('provision', async () => {
    tries++;
    throw fault('DISK_FULL', { where: 'the container engine' });
  });
  const { sessions } = openPool(t, database, [warmLab('warm', 2)], { engine });
  await until(() => tries > 0);
  await setTimeout(1_000);
  t.ok(tries <= 2, 'at most those that had started');
  t.ok(sessions.log.messages().includes('warn: prewarming failed'));
  await until(async () => (await database.client.warmEnvironment.count()) === 0);
  t.equal(await database.client.subnet.count(), 0);
});
