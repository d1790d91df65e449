import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Log } from '../../../core/log.ts';
import type { Portion } from '../../../core/units.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import { createDiskUpkeep } from './disk-upkeep.ts';
import { createDiskWatch } from './disk-watch.ts';
import { createMachineMeter } from './machine-meter.ts';
import { createMeasuringStore } from './measuring-store.ts';
import { createPauseStore } from './pause-store.ts';
import { createPauses } from './pauses.ts';
import { createWarningStore } from './warning-store.ts';
import { createWriteLimits } from './write-limits.ts';

/** How the engine's disk is kept from filling. */
export interface DiskOptions {
  /** Below this much free nothing is begun; as disk-reserve.ts has it when absent. */
  diskReserve: Portion | undefined;
}

/** All of the disk's upkeep, put together. */
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
    /** Whether a session that ends by itself is saved. */
    isKept: (row: SessionRow) => boolean;
    /** There is room on the disk again. */
    onRoom: () => void;
    /** A session was ended. */
    onEnded: () => void;
  },
) {
  const { database, clock, logger } = options;
  const watch = createDiskWatch({ ...options, reserve: options.diskReserve });
  const warnings = createWarningStore({ database });
  const pauses = createPauses({ ...options, store: createPauseStore({ database }) });
  const { isCritical } = watch;
  const limits = createWriteLimits({ ...options, pauses, warnings, isCritical });
  const meter = createMachineMeter({ ...options, pauses, limits, isCritical });
  const measuring = createMeasuringStore({ database });
  const { start, stop } = createDiskUpkeep({ watch, meter, measuring, database, clock, logger });
  const { latest, isLow, saveCapacity } = watch;
  return { start, stop, latest, isLow, saveCapacity, isPaused: pauses.isPaused };
}
