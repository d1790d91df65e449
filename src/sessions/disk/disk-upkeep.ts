import type { Clock } from '../../clock.ts';
import { isFault } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { rest } from '../../rest.ts';
import type { DiskWatch } from './disk-watch.ts';
import type { MachineMeter } from './machine-meter.ts';
import type { MeasuringStore } from './measuring-store.ts';

/** Between two looks at the disk's free space, in milliseconds: a machine writes hundreds of megabytes in that time. */
const LOOK_EVERY_MS = 1_000;

/** A fall of the free space after which machines are measured at once, in bytes. */
const FALL_BYTES = 32 * 1024 ** 2;

/** Between two measurements when the disk falls or is nearly full: at least so long, in milliseconds, or so many times what the last one took. */
const HURRIED = { leastMs: 900, times: 2 };

/** Likewise when it does not; never longer than `mostMs`. */
const CALM = { leastMs: 10_000, mostMs: 60_000, times: 20 };

export type DiskUpkeep = ReturnType<typeof createDiskUpkeep>;

/** Watches the engine's disk, and has machines measured when it falls and from time to time, until stopped. */
export function createDiskUpkeep(options: {
  watch: DiskWatch;
  meter: MachineMeter;
  measuring: MeasuringStore;
  clock: Clock;
  logger: Log;
}) {
  const { watch, meter, measuring, clock, logger } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  /** The most that was free since machines were measured. */
  let mostFree = 0;
  let tookMs = 0;
  let askedAt = 0;

  async function lookAndMeasure(): Promise<void> {
    await watch.look();
    const free = watch.latest()?.freeBytes ?? 0;
    mostFree = Math.max(mostFree, free);
    const fallenBytes = mostFree - free;
    const isHurried = fallenBytes >= FALL_BYTES || watch.isCritical();
    const everyMs = isHurried ? hurriedMs() : calmMs();
    const now = clock.now();
    if (now.getTime() - askedAt < everyMs) return;
    askedAt = now.getTime();
    if (!(await measuring.takeTurn(now, everyMs)) || stopping.signal.aborted) return;
    mostFree = free;
    const from = performance.now();
    await meter.round({ countFiles: watch.isShortOfFiles(), fallenBytes, isHurried });
    tookMs = performance.now() - from;
  }

  const hurriedMs = () => Math.max(HURRIED.leastMs, HURRIED.times * tookMs);
  const calmMs = () => Math.min(CALM.mostMs, Math.max(CALM.leastMs, CALM.times * tookMs));

  async function keep(): Promise<void> {
    while (!stopping.signal.aborted) {
      await lookAndMeasure().catch((error: unknown) => {
        if (isFault(error, 'ENGINE_UNREACHABLE', 'SHUTTING_DOWN')) return;
        logger.error({ err: error }, 'disk not watched');
      });
      await rest(clock, LOOK_EVERY_MS, stopping.signal);
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
    },
  };
}
