import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Log } from '../../../core/log.ts';
import { createStepStarts } from '../provisioning/preparing/step-starts.ts';
import type { SessionService } from '../session.ts';
import { createEnteredStepStore } from './entered-step-store.ts';
import { createStepService } from './step-service.ts';

export interface StepsOptions {
  database: Database;
  engine: Pick<Engine, 'exec'>;
  clock: Clock;
  catalogue: Pick<LabCatalogue, 'version'>;
  sessions: Pick<SessionService, 'get' | 'machine' | 'touch'>;
  logger: Log;
  /** Names this process as a lease owner; new with each start. */
  leaseOwner: string;
  /** Whether the owner's process has certainly ended. Leases of other owners must expire. */
  isGone: (owner: string) => boolean;
}

/** Creates the step service. */
export function createSteps(options: StepsOptions) {
  return createStepService({
    ...options,
    entered: createEnteredStepStore(options),
    prepareStep: createStepStarts(options),
    owner: options.leaseOwner,
  });
}
