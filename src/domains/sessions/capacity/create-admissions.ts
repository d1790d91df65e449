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
import { createQueueNotifier, createQueueView } from './queue-view.ts';
import { createQuotaStore } from './quota-store.ts';
import { createEngineCapacity, createCapacityService } from './engine-capacity.ts';
import { createSessionLimit, createStartRules } from './start-rules.ts';

/** Limits of all sessions. */
export interface AdmissionOptions {
  /** Memory that the machines of all sessions may use together. */
  memoryBudget: Portion;
  /** Limit on one learner's sessions that are active, or still on the engine. */
  sessionLimit: number;
  /** Limit on all sessions that have an environment; unlimited if undefined. */
  maxSessions: number | undefined;
  /** Environments that this process provisions at the same time. */
  provisionConcurrency: number;
}

/** Creates the components of admission. */
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
  const capacity = createEngineCapacity({ ...options, isDiskLow: options.disk.isLow });
  const admission = createAdmission({ store, capacity, catalogue, clock });
  return {
    limitOf: createSessionLimit({ quotas, sessionLimit }),
    limitForStart: createStartRules({ quotas, capacity, sessionLimit }),
    capacity,
    admission,
    queue: createQueueView({ admission, store, concurrency, clock }),
    notifier: createQueueNotifier({ changer, clock }),
    engineCapacity: createCapacityService({ store, capacity, disk: options.disk.latest }),
  };
}
