import { test } from 'tap';
import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { SessionsOptions } from '../../../src/domains/sessions/sessions-options.ts';
import { createActors } from '../../kit/service/actors.ts';
import { eachDatabase, freshDatabase } from '../../kit/database/databases.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { fault } from '../../../src/core/errors.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createMachineMeter } from '../../../src/domains/sessions/disk/machine-meter.ts';
import {
  createMeasurementStore,
  createPauseStore,
  createUsageStore,
} from '../../../src/domains/sessions/disk/disk-store.ts';
import { createPauses } from '../../../src/domains/sessions/disk/pauses.ts';
import { newOwner } from '../../../src/infra/leases/process-owner.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { createWriteLimits } from '../../../src/domains/sessions/disk/write-limits.ts';
import { createSessionChanger } from '../../../src/domains/sessions/session-changes.ts';
import { createSessionStore } from '../../../src/domains/sessions/session-store.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { openTestEngine } from '../../kit/sessions/session-engine.ts';
import { openSessions, testCatalogue, testLab, testMachine, whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** In two files, because one alone cannot pass the limit of the machine's disk. */
const writing = (mib: number) => [
  'sh',
  '-c',
  `for n in 1 2; do head -c ${(mib / 2) * MIB} /dev/urandom >/root/file$n; done`,
];
const small = testLab('small', { machines: [testMachine('main', { diskBytes: 32 * MIB })] });

async function setUp(t: Test, options: Partial<SessionsOptions> = {}) {
  const database = await freshDatabase(t, 'sqlite');
  const { owner, other, admin } = await createActors(database);
  const engine = options.engine ?? openTestEngine(t);
  const labs = [small, testLab('roomy', { machines: [testMachine('main', { diskBytes: GIB })] })];
  const sessions = openSessions(t, database, { engine, catalogue: testCatalogue(labs), ...options });
  return { database, engine, sessions, service: sessions.service, owner, other, admin };
}

/**
 * Measures machines of these labs, and counts the reported changes. The first `refusals` changes of a session find the
 * database full.
 */
function meterOf(database: Database, engine: Engine, refusals = 0) {
  const log = quietLog();
  const events = createMemoryBus({ log });
  const reported: string[] = [];
  events.listen('session.changed', ({ sessionId }) => void reported.push(sessionId));
  const store = createSessionStore({ database });
  const isCritical = () => false;
  const basis = { engine, clock: systemClock, log };
  const pauses = createPauses({ ...basis, store: createPauseStore({ database }), owner: newOwner() });
  const common = { ...basis, pauses, store, isCritical };
  const changer = createSessionChanger({ store, events, log });
  let moves = 0;
  const limits = createWriteLimits({
    ...common,
    usage: createUsageStore({ database }),
    changer: {
      ...changer,
      async move(...change) {
        if ((moves += 1) <= refusals) throw fault('DISK_FULL', { where: 'the database' });
        return changer.move(...change);
      },
    },
    isSavedAtEnd: () => true,
    onEnded() {},
  });
  const meter = createMachineMeter({ ...common, limits, catalogue: testCatalogue([small]) });
  const measure = (countFiles = false) => meter.round({ countFiles, fallenBytes: 0, isHurried: false });
  return { measure, reported };
}

/** The engine, with this much free disk space. */
function withDisk(engine: Engine, disk: { freeBytes: number }): Engine {
  const look = async () => ({ totalBytes: 100 * GIB, freeBytes: disk.freeBytes });
  return new Proxy(engine, {
    get: (target, name: keyof Engine) => (name === 'disk' ? look : target[name].bind(target)),
  });
}

await test('a session whose machine wrote too much is stopped with its usage, and others continue', async (t) => {
  // Below half of its reserve once all have started, so usage is measured often.
  const disk = { freeBytes: 2 * GIB };
  const engine = withDisk(openTestEngine(t), disk);
  const clock = createFakeClock();
  const { sessions, service, owner, other, admin } = await setUp(t, {
    engine,
    clock,
    diskReserve: { bytes: GIB },
  });
  const greedy = await service.start(owner, { lab: 'small' });
  const modest = await service.start(other, { lab: 'small' });
  const large = await service.start(owner, { lab: 'roomy' });
  sessions.start();
  for (const { id } of [greedy, modest, large]) await whenState(service, id, 'ready');
  const write = async (actor: typeof owner, id: string, mib: number) => {
    const { machineId } = await service.machine(actor, id, 'main');
    await engine.exec(machineId, { command: writing(mib), timeoutMs: 60_000, outputLimitBytes: 1000 });
  };
  await write(other, modest.id, 8);
  await write(owner, large.id, 48);
  await write(owner, greedy.id, 48);
  disk.freeBytes = GIB / 4;
  clock.jump(60_000);
  const ended = await whenState(service, greedy.id, 'ended');
  t.match(ended.reason, {
    code: 'MACHINE_DISK_FULL',
    message: /"main" was 48.*, and the limit is 32 MiB/,
  });
  for (const { id } of [modest, large]) t.equal((await service.get(admin, id)).state, 'ready');
});

await test('a learner is notified once that a machine is nearly full, how nearly, and when it no longer is', async (t) => {
  await eachDatabase(t, 'near', async (t, database) => {
    const { owner } = await createActors(database);
    const engine = openTestEngine(t);
    // On a stopped clock, sessions measure nothing themselves.
    const clock = createFakeClock();
    const sessions = openSessions(t, database, { engine, clock, catalogue: testCatalogue([small]) });
    sessions.start();
    const { id } = await sessions.service.start(owner, { lab: 'small' });
    await whenState(sessions.service, id, 'ready');
    const { machineId } = await sessions.service.machine(owner, id, 'main');
    const meter = meterOf(database, engine);
    /** How full the machine is with a file of this many MiB, and the number of notifications. */
    const filled = async (mib: number) => {
      const command = ['sh', '-c', `head -c ${mib * MIB} /dev/urandom >/root/file`];
      await engine.exec(machineId, { command, timeoutMs: 60_000, outputLimitBytes: 1000 });
      await meter.measure();
      const { machines, state } = await sessions.service.get(owner, id);
      // File systems use a little space themselves.
      const percent = machines[0]?.diskPercent;
      return {
        state,
        percent: percent && 5 * Math.floor(percent / 5),
        reported: meter.reported.splice(0).length,
      };
    };
    t.same(await filled(28), { state: 'ready', percent: undefined, reported: 0 });
    t.same(await filled(29.5), { state: 'ready', percent: 90, reported: 1 });
    t.same(await filled(29.5), { state: 'ready', percent: 90, reported: 0 });
    t.same(await filled(31), { state: 'ready', percent: 95, reported: 1 });
    t.same(await filled(1), { state: 'ready', percent: undefined, reported: 1 });
    await sessions.service.stop(owner, id);
    await whenState(sessions.service, id, 'ended');
  });
});

await test('a resumed session whose machine wrote too much returns to its saved state', async (t) => {
  const { database, engine, sessions, service, owner } = await setUp(t, { clock: createFakeClock() });
  sessions.start();
  const { id } = await service.start(owner, { lab: 'small' });
  await whenState(service, id, 'ready');
  await sessions.saves.save(owner, id);
  const { savedStateId } = await whenState(service, id, 'saved');
  await sessions.saves.resume(owner, id);
  await whenState(service, id, 'ready');
  const { machineId } = await service.machine(owner, id, 'main');
  await engine.exec(machineId, { command: writing(48), timeoutMs: 60_000, outputLimitBytes: 1000 });

  const meter = meterOf(database, engine, 1);
  await meter.measure();
  t.equal((await service.get(owner, id)).state, 'ready');
  t.equal((await engine.inspect(machineId)).state, 'paused', 'it writes nothing until its end can be stored');
  await meter.measure();
  t.match(await service.get(owner, id), {
    state: 'saved',
    savedStateId,
    reason: { code: 'MACHINE_DISK_FULL' },
  });
  await sessions.saves.resume(owner, id);
  t.match(await whenState(service, id, 'ready', 'saved', 'failed'), { state: 'ready' });
});

await test('when inodes run out, a session with too many files ends, and is not saved', async (t) => {
  const { database, engine, sessions, service, owner } = await setUp(t, { clock: createFakeClock() });
  sessions.start();
  const { id } = await service.start(owner, { lab: 'small' });
  await whenState(service, id, 'ready');
  const { machineId } = await service.machine(owner, id, 'main');
  const command = ['sh', '-c', 'mkdir /root/many; cd /root/many; seq 9000 | xargs touch'];
  await engine.exec(machineId, { command, timeoutMs: 60_000, outputLimitBytes: 1000 });
  const meter = meterOf(database, engine);
  await meter.measure();
  t.equal((await service.get(owner, id)).state, 'ready', 'empty files have no bytes');
  await meter.measure(true);
  t.match(await whenState(service, id, 'ended', 'stopping'), {
    reason: {
      code: 'MACHINE_DISK_FULL',
      message: /disk usage .* was 9\d{3} files, and the limit is 8192 files/,
    },
  });
});

await test('with too little disk space a start waits, and continues when there is space', async (t) => {
  const disk = { freeBytes: 100 * MIB };
  const { sessions, service, owner } = await setUp(t, { engine: withDisk(openTestEngine(t), disk) });
  sessions.start();
  await until(() => sessions.disk() !== undefined);
  const { id } = await service.start(owner, { lab: 'small' });
  await whenState(service, id, 'queued');
  t.match(await service.queuePositions(owner, [id]), [{ reason: 'disk', estimatedWaitSeconds: undefined }]);
  disk.freeBytes = 50 * GIB;
  await whenState(service, id, 'ready');
});

await test('one of several processes measures at a time, and the next one after an interval', async (t) => {
  await eachDatabase(t, 'turns', async (t, database) => {
    const store = createMeasurementStore({ database });
    const now = new Date();
    const turns = await Promise.all(Array.from({ length: 6 }, () => store.startRound(now, 60_000)));
    t.equal(turns.filter(Boolean).length, 1);
    t.equal(await store.startRound(new Date(now.getTime() + 59_999), 60_000), false);
    t.equal(await store.startRound(new Date(now.getTime() + 60_000), 60_000), true);
  });
});
