import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Log } from '../../../core/log.ts';
import type { Portion } from '../../../core/units.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import { createDiskMonitor } from './disk-monitor.ts';
import { createDiskWatch } from './disk-watch.ts';
import { createMachineMeter } from './machine-meter.ts';
import { createMeasurementStore, createUsageStore, createPauseStore } from './disk-store.ts';
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
    logger: Log;
    /** Whether a session is saved when it ends automatically. */
    isSavedAtEnd: (row: SessionRow) => boolean;
    /** Called when the disk has enough free space again. */
    onDiskFree: () => void;
    /** Called when a session was ended. */
    onEnded: () => void;
  },
) {
  const { database, clock, logger } = options;
  const watch = createDiskWatch({ ...options, reserve: options.diskReserve });
  const usage = createUsageStore({ database });
  const pauses = createPauses({ ...options, store: createPauseStore({ database }) });
  const { isCritical } = watch;
  const limits = createWriteLimits({ ...options, pauses, usage, isCritical });
  const meter = createMachineMeter({ ...options, pauses, limits, isCritical });
  const measurements = createMeasurementStore({ database });
  const { start, stop } = createDiskMonitor({ watch, meter, measurements, database, clock, logger });
  const { latest, isLow, saveCapacity } = watch;
  return { start, stop, latest, isLow, saveCapacity, isPaused: pauses.isPaused };
}
