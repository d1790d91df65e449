import type { Clock } from '../../../core/clock.ts';
import { delay } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Log } from '../../../core/log.ts';
import type { Portion } from '../../../core/units.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import { createDiskWatch } from './disk-watch.ts';
import type { DiskWatch } from './disk-watch.ts';
import { createMachineMeter } from './machine-meter.ts';
import type { MachineMeter } from './machine-meter.ts';
import { createMeasurementStore, createUsageStore, createPauseStore } from './disk-store.ts';
import type { MeasurementStore } from './disk-store.ts';
import { createPauses } from './pauses.ts';
import { createWriteLimits } from './write-limits.ts';

/** Options that keep the engine's disk from filling up. */
export interface DiskOptions {
  /** No session starts with less free space; undefined for the default of engine-disk.ts. */
  diskReserve: Portion | undefined;
}

/** Creates the components that watch the engine's disk and limit the disk usage of machines. */
export function createDisk(
  options: DiskOptions & {
    database: Database;
    engine: Pick<Engine, 'disk' | 'measureUsage' | 'pause' | 'unpause'>;
    store: Pick<SessionStore, 'findAny' | 'findInStates'>;
    changer: SessionChanger;
    catalogue: Pick<LabCatalogue, 'version'>;
    /** The name under which this process works. */
    owner: string;
    clock: Clock;
    log: Log;
    /** Whether a session is saved when it ends automatically. */
    isSavedAtEnd: (row: SessionRow) => boolean;
    /** Called when the disk has enough free space again. */
    onDiskFree: () => void;
    /** Called when a session was ended. */
    onEnded: () => void;
  },
) {
  const { database, clock, log } = options;
  const watch = createDiskWatch({ ...options, reserve: options.diskReserve });
  const usage = createUsageStore({ database });
  const pauses = createPauses({ ...options, store: createPauseStore({ database }) });
  const { isCritical } = watch;
  const limits = createWriteLimits({ ...options, pauses, usage, isCritical });
  const meter = createMachineMeter({ ...options, pauses, limits, isCritical });
  const measurements = createMeasurementStore({ database });
  const { start, stop } = createDiskMonitor({ watch, meter, measurements, database, clock, log });
  const { latest, isLow, saveCapacity } = watch;
  return { start, stop, latest, isLow, saveCapacity, isPaused: pauses.isPaused };
}

/**
 * Interval between two checks of the disk's free space, in milliseconds: a machine writes hundreds of megabytes
 * meanwhile.
 */
const CHECK_EVERY_MS = 1_000;

/** Decrease of the free space after which machines are measured immediately, in bytes. */
const FALL_BYTES = 32 * 1024 ** 2;

/**
 * Interval between two measurements while the free space decreases or is nearly used up: at least `leastMs`
 * milliseconds, and `times` the duration of the last one.
 */
const HURRIED = { leastMs: 900, times: 2 };

/** The same while the free space increases as fast: deletions hide what a machine writes. */
const RISING = { leastMs: 2_000, times: 10 };

/** The same otherwise; at most `mostMs` milliseconds. */
const CALM = { leastMs: 10_000, mostMs: 60_000, times: 20 };

/** Interval between two checks of the space that the database reserves for a full disk, in milliseconds. */
const SPARE_EVERY_MS = 60_000;

/** Checks the engine's disk until stopped. It measures machines regularly, and more often while the free space decreases. */
export function createDiskMonitor(options: {
  watch: DiskWatch;
  meter: MachineMeter;
  measurements: MeasurementStore;
  database: Pick<Database, 'keepSpareSpace'>;
  clock: Clock;
  log: Log;
}) {
  const { watch, meter, measurements, database, clock, log } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let sparing: Promise<void> | undefined;
  /** Free bytes at the last measurement, and the maximum since. */
  let freeBefore = 0;
  let mostFree = 0;
  let tookMs = 0;
  let askedAt = 0;
  let sparedAt = 0;

  async function checkAndMeasure(): Promise<void> {
    await watch.update();
    const free = watch.latest()?.freeBytes ?? 0;
    mostFree = Math.max(mostFree, free);
    const fallenBytes = mostFree - free;
    const isHurried = fallenBytes >= FALL_BYTES || watch.isCritical();
    const isRising = free - freeBefore >= FALL_BYTES;
    const everyMs = isHurried ? msOf(HURRIED) : isRising ? msOf(RISING) : calmMs();
    const now = clock.now();
    if (now.getTime() - askedAt < everyMs) return;
    askedAt = now.getTime();
    if (!(await mayMeasure(now, everyMs)) || stopping.signal.aborted) return;
    freeBefore = free;
    mostFree = free;
    const from = performance.now();
    await meter.round({ countFiles: watch.isShortOfFiles(), fallenBytes, isHurried });
    tookMs = performance.now() - from;
  }

  /**
   * Returns whether this process measures now. If the database cannot store the round on a full disk, each process
   * measures.
   */
  async function mayMeasure(now: Date, everyMs: number): Promise<boolean> {
    try {
      return await measurements.startRound(now, everyMs);
    } catch (error) {
      if (isFault(error, 'DISK_FULL')) return true;
      throw error;
    }
  }

  /** Reserves space while there is some, so the database can still store the end of a session that fills the disk. */
  function keepSpareSpace(): void {
    const now = clock.now().getTime();
    if (watch.isLow() || now - sparedAt < SPARE_EVERY_MS) return;
    sparedAt = now;
    // The checks continue meanwhile: the database may be busy.
    sparing = database.keepSpareSpace().catch((error: unknown) => {
      log.warn({ err: error }, 'database space not reserved');
    });
  }

  const msOf = ({ leastMs, times }: typeof HURRIED) => Math.max(leastMs, times * tookMs);
  const calmMs = () => Math.min(CALM.mostMs, msOf(CALM));

  async function keep(): Promise<void> {
    while (!stopping.signal.aborted) {
      await checkAndMeasure().catch((error: unknown) => {
        if (isFault(error, 'ENGINE_UNREACHABLE', 'SHUTTING_DOWN')) return;
        log.error({ err: error }, 'disk check failed');
      });
      keepSpareSpace();
      await delay(clock, CHECK_EVERY_MS, stopping.signal);
    }
  }

  return {
    start(): void {
      running = keep();
    },
    /** Stops all checks, and resolves when they have ended. */
    async stop(): Promise<void> {
      stopping.abort();
      await meter.stop();
      await running;
      await sparing;
    },
  };
}
