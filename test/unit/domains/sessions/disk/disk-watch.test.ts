import { test } from 'tap';
import { fault } from '../../../../../src/core/errors.ts';
import { reserveOf } from '../../../../../src/engine/engine-disk.ts';
import { createDiskWatch } from '../../../../../src/domains/sessions/disk/disk-watch.ts';
import { createFakeClock } from '../../../../kit/basics/fake-clock.ts';
import { quietLog } from '../../../../kit/basics/quiet-log.ts';

const GIB = 1024 ** 3;

function openWatch(reserve = 10) {
  const clock = createFakeClock();
  const log = quietLog();
  const disk = {
    freeGib: 100,
    fails: false,
    files: undefined as { total: number; free: number } | undefined,
  };
  let rooms = 0;
  const watch = createDiskWatch({
    engine: {
      async disk() {
        if (disk.fails) throw fault('ENGINE_UNREACHABLE');
        return { totalBytes: 200 * GIB, freeBytes: disk.freeGib * GIB, files: disk.files };
      },
    },
    reserve: { bytes: reserve * GIB },
    clock,
    log,
    onDiskFree: () => (rooms += 1),
  });
  const update = async (freeGib: number, afterMs = 60_000) => {
    await clock.advance(afterMs);
    disk.freeGib = freeGib;
    await watch.update();
    return { low: watch.isLow(), critical: watch.isCritical() };
  };
  return { watch, disk, update, log, rooms: () => rooms };
}

await test('a disk is low below its reserve, critical below half of it, and notifies when it is free again', async (t) => {
  const { watch, update, log, rooms } = openWatch();
  t.equal(watch.isLow(), false, 'before the first measurement');
  t.strictSame(await update(100), { low: false, critical: false });
  t.strictSame(await update(9.9, 3_600_000), { low: true, critical: false });
  t.match(log.messages().join('\n'), /disk below its reserve/);
  t.equal(rooms(), 0);
  t.strictSame(await update(4), { low: true, critical: true });
  t.strictSame(await update(50), { low: false, critical: false });
  t.equal(rooms(), 1);
});

await test('a disk with few free files is low, regardless of its free bytes', async (t) => {
  const { watch, disk, update, log } = openWatch();
  const withFree = async (free: number) => {
    disk.files = { total: 1_000_000, free };
    return { ...(await update(100)), short: watch.isShortOfFiles() };
  };
  t.strictSame(await withFree(900_000), { low: false, critical: false, short: false });
  t.strictSame(await withFree(100_000), { low: false, critical: false, short: false });
  t.strictSame(await withFree(49_999), { low: true, critical: false, short: false });
  t.match(log.messages().join('\n'), /disk below its reserve/);
  t.strictSame(await withFree(24_999), { low: true, critical: true, short: true });
  disk.files = undefined;
  t.strictSame(await update(4), { low: true, critical: true });
  t.equal(watch.isShortOfFiles(), false);
});

await test('a disk that cannot be measured keeps its state', async (t) => {
  const { watch, disk, update } = openWatch();
  await update(5);
  disk.fails = true;
  await watch.update();
  t.equal(watch.isLow(), true);
});

await test('without a setting, the reserve is the smaller of 5 GiB and a twentieth', async (t) => {
  t.equal(reserveOf(undefined, 20 * GIB), GIB);
  t.equal(reserveOf(undefined, 2_000 * GIB), 5 * GIB);
  t.equal(reserveOf({ of: 0.1 }, 20 * GIB), 2 * GIB);
});
