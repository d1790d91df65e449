import type { Clock } from '../../clock.ts';
import { isFault } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { rest } from '../../rest.ts';
import type { DiskWatch } from './disk-watch.ts';
import type { MeasuringStore } from './measuring-store.ts';
import type { WriteLimits } from './write-limits.ts';

/** Between two looks at the disk, in milliseconds, and while it is low or falls fast. */
const LOOK_EVERY_MS = 60_000;
const LOOK_SOON_MS = 5_000;

/** Between two measurings of what machines wrote, in milliseconds, and while the disk is nearly full. */
const MEASURE_EVERY_MS = 60_000;
const MEASURE_SOON_MS = 10_000;

export type DiskUpkeep = ReturnType<typeof createDiskUpkeep>;

/** Watches the engine's disk and what is written to it, one after the other, until stopped. */
export function createDiskUpkeep(options: {
  watch: DiskWatch;
  limits: WriteLimits;
  measuring: MeasuringStore;
  clock: Clock;
  logger: Log;
}) {
  const { watch, limits, measuring, clock, logger } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function lookAndMeasure(): Promise<void> {
    await watch.look();
    const every = watch.isCritical() ? MEASURE_SOON_MS : MEASURE_EVERY_MS;
    if (!(await measuring.takeTurn(clock.now(), every)) || stopping.signal.aborted) return;
    await limits.enforce({ countFiles: watch.isShortOfFiles() });
  }

  async function keep(): Promise<void> {
    while (!stopping.signal.aborted) {
      await lookAndMeasure().catch((error: unknown) => {
        if (isFault(error, 'ENGINE_UNREACHABLE', 'SHUTTING_DOWN')) return;
        logger.error({ err: error }, "The engine's disk could not be looked after.");
      });
      await rest(clock, watch.isPressing() ? LOOK_SOON_MS : LOOK_EVERY_MS, stopping.signal);
    }
  }

  return {
    start(): void {
      running = keep();
    },
    /** Resolves when nothing runs any more. */
    async stop(): Promise<void> {
      stopping.abort();
      await running;
    },
  };
}
