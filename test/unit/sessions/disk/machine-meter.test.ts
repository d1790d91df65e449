import { test } from 'tap';
import type { Test } from 'tap';
import type { Written } from '../../../../src/engine/engine-disk.ts';
import { fault } from '../../../../src/errors.ts';
import { createMachineMeter } from '../../../../src/sessions/disk/machine-meter.ts';
import { createWriteLimits } from '../../../../src/sessions/disk/write-limits.ts';
import type { SessionRow } from '../../../../src/sessions/session-store.ts';
import { createFakeClock } from '../../../support/fake-clock.ts';
import { quietLog } from '../../../support/quiet-log.ts';
import { testLab, testMachine } from '../../../support/sessions.ts';
import { until } from '../../../support/until.ts';

const MIB = 1024 ** 2;
const row = {
  id: 'session',
  state: 'ready',
  generation: 1,
  labSlug: 'narrow',
  labVersion: '1',
  savedStateId: null,
  machines: [{ name: 'main', engineId: 'machine', diskPercent: null }],
} as unknown as SessionRow;

/** A meter of one session whose machine may write 64 MiB, on an engine that answers so. */
function openMeter(t: Test, answers: { written: Written | 'late'; refusesPause?: boolean }) {
  const ends: unknown[] = [];
  let measured = 0;
  let paused = 0;
  const pause = async () => {
    paused += 1;
    if (answers.refusesPause) throw fault('ENGINE_REFUSED', { problem: 'freezer not supported' });
  };
  const measureWritten = async () => {
    measured += 1;
    return answers.written;
  };
  const common = {
    engine: { pause, unpause: pause, measureWritten },
    store: { findAny: async () => row, findInStates: async () => [row] },
    changer: {
      tell: () => undefined,
      move: async (_row: SessionRow, verb: string, changes: { reasonParams?: unknown }) => {
        ends.push({ verb, ...changes });
        return row;
      },
    },
    clock: createFakeClock(),
    logger: quietLog(),
  };
  const limits = createWriteLimits({
    ...common,
    changer: common.changer as never,
    warnings: { note: async () => true },
    isCritical: () => false,
    isKept: () => false,
    onEnded: () => undefined,
  });
  const lab = testLab('narrow', { machines: [testMachine('main', { diskBytes: 64 * MIB })] });
  const meter = createMachineMeter({ ...common, limits, catalogue: { version: () => lab } });
  t.teardown(() => meter.stop());
  const round = (fallenBytes: number) => meter.round({ countFiles: false, fallenBytes, isHurried: true });
  return { round, ends, measured: () => measured, paused: () => paused };
}

await test('a machine that cannot be measured in time ends when the disk falls and nothing explains it', async (t) => {
  for (const refusesPause of [false, true]) {
    const { round, ends, measured, paused } = openMeter(t, { written: 'late', refusesPause });
    await round(0);
    await until(() => measured() === 2);
    await new Promise(setImmediate);
    t.same(ends, [], 'nobody suffers by it');
    await round(200 * MIB);
    await until(() => ends.length === 1);
    t.ok(paused() >= 1);
    t.match(ends, [{ verb: 'stop', reasonCode: 'MACHINE_DISK_FULL' }]);
    t.match(ends, [{ reasonMessage: /more files than can be measured/ }]);
  }
});

await test('what du counted decides where only the search for open files takes too long', async (t) => {
  const { round, ends } = openMeter(t, { written: { bytes: 100 * MIB, isLate: true } });
  await round(0);
  t.match(ends, [{ verb: 'stop', reasonCode: 'MACHINE_DISK_FULL' }]);
});

await test('a machine that the engine cannot pause is limited all the same', async (t) => {
  const { round, ends, paused } = openMeter(t, { written: { bytes: 100 * MIB }, refusesPause: true });
  await round(0);
  t.ok(paused() >= 1);
  t.match(ends, [{ verb: 'stop', reasonCode: 'MACHINE_DISK_FULL' }]);
});
