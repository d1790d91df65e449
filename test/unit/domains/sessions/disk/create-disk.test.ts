import { test } from 'tap';
import { createDiskMonitor } from '../../../../../src/domains/sessions/disk/create-disk.ts';
import type { DiskState } from '../../../../../src/domains/sessions/disk/disk-watch.ts';
import { createFakeClock } from '../../../../kit/basics/fake-clock.ts';
import { quietLog } from '../../../../kit/basics/quiet-log.ts';

const MIB = 1024 ** 2;

await test('measures machines soon after the free space changed, and rarely while it is stable', async (t) => {
  const clock = createFakeClock();
  let freeBytes = 10_000 * MIB;
  const rounds: { fallenBytes: number; isHurried: boolean }[] = [];
  const monitor = createDiskMonitor({
    watch: {
      update: async () => undefined,
      latest: () => ({ freeBytes }) as DiskState,
      isLow: () => false,
      isCritical: () => false,
      isShortOfFiles: () => false,
      saveCapacity: async () => undefined,
    },
    meter: { round: async (round) => void rounds.push(round), stop: async () => undefined },
    measurements: { startRound: async () => true },
    database: { keepSpareSpace: async () => undefined },
    clock,
    log: quietLog(),
  });
  monitor.start();
  t.teardown(() => monitor.stop());
  /** Runs the rounds during this many seconds. */
  const during = async (seconds: number) => {
    rounds.length = 0;
    await clock.advance(seconds * 1000);
    return rounds.map(({ fallenBytes, isHurried }) => ({ fallenMib: fallenBytes / MIB, isHurried }));
  };
  await during(1);
  t.same(await during(8), []);
  t.equal((await during(20)).length, 2);

  freeBytes -= 40 * MIB;
  t.same(await during(1), [{ fallenMib: 40, isHurried: true }]);
  freeBytes += 500 * MIB;
  t.same(await during(2), [{ fallenMib: 0, isHurried: false }], 'other deletions may hide a writing machine');
  t.same(await during(8), []);
  freeBytes += 20 * MIB;
  t.same(await during(1), [], 'a small fraction does not count');
});
