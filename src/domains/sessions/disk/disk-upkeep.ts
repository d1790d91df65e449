import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';
import type { DiskWatch } from './disk-watch.ts';
import type { MachineMeter } from './machine-meter.ts';
import type { MeasuringStore } from './measuring-store.ts';

/** Between two looks at the disk's free space, in milliseconds: a machine writes hundreds of megabytes in that time. */
const LOOK_EVERY_MS = 1_000;

/** A fall of the free space after which machines are measured at once, in bytes. */
const FALL_BYTES = 32 * 1024 ** 2;

/** Between two measurements when the disk falls or is nearly full: at least so long, in milliseconds, or so many times what the last one took. */
const HURRIED = { leastMs: 900, times: 2 };

/** Likewise when it rises as far: what others delete hides what a machine writes. */
const RISING = { leastMs: 2_000, times: 10 };

/** Likewise when it does neither; never longer than `mostMs`. */
const CALM = { leastMs: 10_000, mostMs: 60_000, times: 20 };

/** Between two looks at the room that the database keeps for a full disk, in milliseconds. */
const SPARE_EVERY_MS = 60_000;

export type DiskUpkeep = ReturnType<typeof createDiskUpkeep>;

/** Watches the engine's disk, and has machines measured when it falls and from time to time, until stopped. */
export function createDiskUpkeep(options: {
  watch: DiskWatch;
  meter: MachineMeter;
  measuring: MeasuringStore;
  database: Pick<Database, 'keepSpareRoom'>;
  clock: Clock;
  logger: Log;
}) {
  const { watch, meter, measuring, database, clock, logger } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let sparing: Promise<void> | undefined;
  /** What was free when machines were measured last, and the most since. */
  let freeBefore = 0;
  let mostFree = 0;
  let tookMs = 0;
  let askedAt = 0;
  let sparedAt = 0;

  async function lookAndMeasure(): Promise<void> {
    await watch.look();
    const free = watch.latest()?.freeBytes ?? 0;
    mostFree = Math.max(mostFree, free);
    const fallenBytes = mostFree - free;
    const isHurried = fallenBytes >= FALL_BYTES || watch.isCritical();
    const isRising = free - freeBefore >= FALL_BYTES;
    const everyMs = isHurried ? msOf(HURRIED) : isRising ? msOf(RISING) : calmMs();
    const now = clock.now();
    if (now.getTime() - askedAt < everyMs) return;
    askedAt = now.getTime();
    if (!(await takeTurn(now, everyMs)) || stopping.signal.aborted) return;
    freeBefore = free;
    mostFree = free;
    const from = performance.now();
    await meter.round({ countFiles: watch.isShortOfFiles(), fallenBytes, isHurried });
    tookMs = performance.now() - from;
  }

  /** Where the database cannot store whose turn it is, since the disk is full, each process measures. */
  async function takeTurn(now: Date, everyMs: number): Promise<boolean> {
    try {
      return await measuring.takeTurn(now, everyMs);
    } catch (error) {
      if (isFault(error, 'DISK_FULL')) return true;
      throw error;
    }
  }

  /** While there is room: afterwards the end of a session that filled the disk can be stored still. */
  function keepSpareRoom(): void {
    const now = clock.now().getTime();
    if (watch.isLow() || now - sparedAt < SPARE_EVERY_MS) return;
    sparedAt = now;
    // The disk is looked at meanwhile: the database may be busy.
    sparing = database.keepSpareRoom().catch((error: unknown) => {
      logger.warn({ err: error }, 'database without room for a full disk');
    });
  }

  const msOf = ({ leastMs, times }: typeof HURRIED) => Math.max(leastMs, times * tookMs);
  const calmMs = () => Math.min(CALM.mostMs, msOf(CALM));

  async function keep(): Promise<void> {
    while (!stopping.signal.aborted) {
      await lookAndMeasure().catch((error: unknown) => {
        if (isFault(error, 'ENGINE_UNREACHABLE', 'SHUTTING_DOWN')) return;
        logger.error({ err: error }, 'disk not watched');
      });
      keepSpareRoom();
      await delay(clock, LOOK_EVERY_MS, stopping.signal);
    }
  }

  return {
    start(): void {
      running = keep();
    },
    /** Resolves when nothing runs any more. */
    async stop(): Promise<void> {
      stopping.abort();
      await meter.stop();
      await running;
      await sparing;
    },
  };
}
