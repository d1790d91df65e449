import { test } from 'tap';
import type { Test } from 'tap';
import type { MeasureOptions, DiskUsage } from '../../../../../src/engine/engine-disk.ts';
import { fault } from '../../../../../src/core/errors.ts';
import { createMachineMeter } from '../../../../../src/domains/sessions/disk/machine-meter.ts';
import { createPauses } from '../../../../../src/domains/sessions/disk/pauses.ts';
import { createWriteLimits } from '../../../../../src/domains/sessions/disk/write-limits.ts';
import type { SessionRow } from '../../../../../src/domains/sessions/session-store.ts';
import { createFakeClock } from '../../../../kit/basics/fake-clock.ts';
import { quietLog } from '../../../../kit/basics/quiet-log.ts';
import { testLab, testMachine } from '../../../../kit/sessions/sessions.ts';
import { until } from '../../../../kit/basics/until.ts';

const MIB = 1024 ** 2;
const sessionOf = (machine: string) =>
  ({
    id: `session of ${machine}`,
    state: 'ready',
    generation: 1,
    labSlug: 'narrow',
    labVersion: '1',
    savedStateId: null,
    machines: [{ name: 'main', containerId: machine, diskPercent: null }],
  }) as unknown as SessionRow;

interface Answers {
  written: DiskUsage | 'late';
  refusesPause?: boolean;
  isCritical?: boolean;
  /** Resolves when a measurement may start. */
  turn?: Promise<void>;
}

/** A meter for sessions whose machines may write 64 MiB each, on an engine with these answers. */
function openMeter(t: Test, answers: Answers, machines = ['machine']) {
  const rows = machines.map(sessionOf);
  const ends: unknown[] = [];
  const calls: string[] = [];
  const note = (what: string) => async (machineId: string) => {
    calls.push(`${what} ${machineId}`);
    if (answers.refusesPause) throw fault('ENGINE_REFUSED', { problem: 'freezer not supported' });
  };
  const measureUsage = async (machineId: string, { openFiles = false }: MeasureOptions) => {
    await answers.turn;
    calls.push(`measure ${machineId}${openFiles ? ' with open files' : ''}`);
    return answers.written;
  };
  const clock = createFakeClock();
  const pauses = createPauses({
    engine: { pause: note('pause'), unpause: note('unpause') },
    store: { acquire: async () => undefined, renew: async () => true, release: async () => undefined },
    owner: 'this process',
    clock,
    log: quietLog(),
  });
  const common = {
    engine: { measureUsage },
    pauses,
    store: {
      findAny: async (id: string) => rows.find((row) => row.id === id) as SessionRow,
      findInStates: async () => rows,
    },
    changer: {
      notify: () => undefined,
      move: async (row: SessionRow, verb: string, changes: { reasonParams?: unknown }) => {
        ends.push({ verb, ...changes });
        return row;
      },
    },
    isCritical: () => answers.isCritical ?? false,
    clock,
    log: quietLog(),
  };
  const limits = createWriteLimits({
    ...common,
    changer: common.changer as never,
    usage: { setPercent: async () => true },
    isSavedAtEnd: () => false,
    onEnded: () => undefined,
  });
  const lab = testLab('narrow', { machines: [testMachine('main', { diskBytes: 64 * MIB })] });
  const meter = createMachineMeter({ ...common, limits, catalogue: { version: () => lab } });
  t.teardown(() => meter.stop());
  const round = (fallenBytes: number, isHurried = true) =>
    meter.round({ countFiles: false, fallenBytes, isHurried });
  const count = (call: RegExp) => calls.filter((made) => call.test(made)).length;
  return { round, ends, calls, count, pauses, clock };
}

await test('a machine that cannot be measured in time ends when the disk fills without an explanation', async (t) => {
  for (const refusesPause of [false, true]) {
    const { round, ends, count, clock } = openMeter(t, { written: 'late', refusesPause });
    await round(0);
    await until(() => count(/measure/) === 2);
    await new Promise(setImmediate);
    t.same(ends, [], 'no machine is affected');
    clock.jump(60_000);
    await round(200 * MIB);
    await until(() => ends.length === 1);
    t.ok(count(/^pause/) >= 1);
    t.match(ends, [{ verb: 'stop', reasonCode: 'MACHINE_DISK_FULL' }]);
    t.match(ends, [{ reasonMessage: /more files than can be measured/ }]);
  }
});

await test("if only the search for open files takes too long, du's count decides", async (t) => {
  const { round, ends } = openMeter(t, { written: { bytes: 100 * MIB, isLate: true } });
  await round(0);
  t.match(ends, [{ verb: 'stop', reasonCode: 'MACHINE_DISK_FULL' }]);
});

await test('a machine that cannot be paused is still limited', async (t) => {
  const { round, ends, count } = openMeter(t, { written: { bytes: 100 * MIB }, refusesPause: true });
  await round(0);
  t.ok(count(/^pause/) >= 1);
  t.match(ends, [{ verb: 'stop', reasonCode: 'MACHINE_DISK_FULL' }]);
});

await test('small decreases add up: deleted files are searched, and slow machines become suspects', async (t) => {
  const answers: Answers = { written: { bytes: 0 } };
  const { round, count, calls } = openMeter(t, answers);
  for (const expected of [0, 0, 1, 1]) {
    await round(30 * MIB);
    t.equal(count(/with open files/), expected, calls.join(', '));
  }
  t.equal(count(/^pause/), 0);

  answers.written = 'late';
  const slow = openMeter(t, answers);
  await slow.round(0);
  await until(() => slow.count(/measure/) === 2);
  answers.written = { bytes: 0 };
  slow.clock.jump(60_000);
  await slow.round(0, false);
  await until(() => slow.count(/measure/) === 3);
  t.equal(slow.count(/^pause/), 0, 'no suspects while the disk does not fill');
});

await test('a suspect is paused when its measurement starts, and only for its duration', async (t) => {
  const answers: Answers = { written: 'late' };
  const { round, count, pauses, calls, clock } = openMeter(t, answers, ['one', 'two']);
  await round(0);
  await until(() => count(/measure/) === 4);
  await new Promise(setImmediate);
  let begin = () => {};
  answers.turn = new Promise((resolve) => (begin = resolve));
  answers.written = { bytes: MIB };
  clock.jump(60_000);
  await round(200 * MIB);
  await until(() => pauses.has('one'));
  t.notOk(pauses.has('two'), 'it keeps running during another measurement');
  begin();
  await until(() => count(/^unpause/) === 2);
  t.same(calls.slice(4), [
    'pause one',
    'measure one with open files',
    'unpause one',
    'pause two',
    'measure two with open files',
    'unpause two',
  ]);
  t.notOk(pauses.has('one') || pauses.has('two'));
});

await test('all suspects are paused at once when little is free', async (t) => {
  const answers: Answers = { written: 'late', isCritical: true };
  const { round, count, pauses } = openMeter(t, answers, ['one', 'two']);
  await round(0);
  await until(() => count(/measure/) === 4);
  await new Promise(setImmediate);
  let begin = () => {};
  answers.turn = new Promise((resolve) => (begin = resolve));
  answers.written = { bytes: MIB };
  await round(200 * MIB);
  t.ok(pauses.has('one') && pauses.has('two'));
  begin();
  await until(() => count(/^unpause/) === 2);
});

await test('a suspect pauses no longer than its measurement took', async (t) => {
  const answers: Answers = { written: 'late' };
  const { round, count, clock } = openMeter(t, answers);
  const from = performance.now();
  await round(0);
  await until(() => count(/measure/) === 2);
  answers.written = { bytes: MIB };
  answers.turn = new Promise((resolve) => setTimeout(resolve, 600));
  clock.jump(60_000);
  await round(0, false);
  await until(() => count(/measure/) === 3);
  answers.turn = Promise.resolve();
  await round(200 * MIB);
  t.equal(count(/^pause/), 0, 'it is paused');
  clock.jump(performance.now() - from);
  await round(0);
  await until(() => count(/^pause/) === 1);
});
