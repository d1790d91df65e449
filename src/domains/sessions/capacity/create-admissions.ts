import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Portion } from '../../../core/units.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SubnetPool } from '../provisioning/subnet-pool.ts';
import { createAdmission } from './admission.ts';
import { createAdmissionStore } from './admission-store.ts';
import type { DiskState } from '../disk/disk-watch.ts';
import { createEngineRoomService } from './engine-room.ts';
import { createQueueNews } from './queue-news.ts';
import { createQueueView } from './queue-view.ts';
import { createQuotaStore } from './quota-store.ts';
import { createRoom } from './room.ts';
import { createSessionLimit } from './session-limit.ts';
import { createStartRules } from './start-rules.ts';

/** How much sessions may have. */
export interface AdmissionOptions {
  /** Memory that the machines of all sessions may use together. */
  memoryBudget: Portion;
  /** Most sessions of one learner that are active, or still on the engine. */
  sessionLimit: number;
  /** Most sessions of all learners that have an environment; unbounded when absent. */
  maxSessions: number | undefined;
  /** Environments made at the same time by this process. */
  provisionConcurrency: number;
}

/** All of admission, put together. */
export function createAdmissions(
  options: AdmissionOptions & {
    database: Database;
    engine: Pick<Engine, 'info'>;
    pool: SubnetPool;
    disk: { isLow: () => boolean; latest: () => DiskState | undefined };
    changer: SessionChanger;
    catalogue: Pick<LabCatalogue, 'version'>;
    clock: Clock;
  },
) {
  const { database, changer, catalogue, clock, sessionLimit, provisionConcurrency: concurrency } = options;
  const store = createAdmissionStore({ database });
  const quotas = createQuotaStore({ database });
  const room = createRoom({ ...options, isDiskLow: options.disk.isLow });
  const admission = createAdmission({ store, room, catalogue, clock });
  return {
    limitOf: createSessionLimit({ quotas, sessionLimit }),
    limitForStart: createStartRules({ quotas, room, sessionLimit }),
    room,
    admission,
    queue: createQueueView({ admission, store, concurrency, clock }),
    news: createQueueNews({ changer, clock }),
    engineRoom: createEngineRoomService({ store, room, disk: options.disk.latest }),
  };
}
