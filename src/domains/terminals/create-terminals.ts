import type { Database } from '../../infra/database/database.ts';
import type { WorkAccess } from '../identity/work-access.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import { createRecordedContent } from './recordings/recorded-content.ts';
import { createRecordedCollectionStore } from './recordings/recorded-collection-store.ts';
import { createRecordingService } from './recordings/recording-service.ts';
import { createRecordingStore } from './recordings/recording-store.ts';
import { createRecordingMaintenance } from './recordings/recording-maintenance.ts';
import { createRecordings } from './recordings/recordings.ts';
import type { RecordingsOptions } from './recordings/recordings.ts';
import { createOutputBudgets } from './pacing.ts';
import type { RecordingLimits } from '../../config/config.ts';
import type { RecordingService } from './recordings/recording.ts';
import { createSnapshots } from './snapshots/snapshots.ts';
import { createTerminalService } from './terminal-service.ts';
import type { TerminalServiceOptions } from './terminal-service.ts';
import { createTerminalStore } from './terminal-store.ts';
import type { TerminalStore } from './terminal-store.ts';
import type { TerminalService } from './terminal.ts';
import { createTicketStore } from './ticket-store.ts';

/** What decides about recordings. */
interface RecordingRules {
  catalogue: Pick<LabCatalogue, 'find' | 'version'>;
  /** Returns the courses of `ids` whose terminals are recorded. */
  recordedCourses: (ids: readonly string[]) => Promise<Set<string>>;
}

/** Creates the terminal service and the recording service. */
export function createTerminals({
  database,
  ...options
}: { database: Database } & RecordingLimits &
  Omit<TerminalServiceOptions, 'store' | 'tickets' | 'snapshots' | 'recordings' | 'budgets'> &
  RecordingRules): TerminalService & {
  recordings: RecordingService;
} {
  const snapshots = createSnapshots({ log: options.log });
  const store = createTerminalStore({ database });
  const {
    recordings,
    maintenance,
    service: recordingService,
  } = createRecordingParts({
    ...options,
    database,
    terminals: store,
  });
  const service = createTerminalService({
    ...options,
    store,
    tickets: createTicketStore({ database }),
    snapshots,
    recordings,
    budgets: createOutputBudgets(),
  });
  return {
    ...service,
    recordings: recordingService,
    async maintain(signal) {
      await Promise.all([service.maintain(signal), maintenance.maintain(signal)]);
    },
    async shutdown() {
      await service.shutdown();
      await snapshots.close();
    },
  };
}

/** Creates the services of recordings. */
export function createRecordingParts(
  options: {
    database: Database;
    terminals: Pick<TerminalStore, 'endedAmong'>;
    workAccess: WorkAccess;
  } & RecordingLimits &
    RecordingRules &
    Pick<RecordingsOptions, 'clock' | 'log'>,
) {
  const collections = createRecordedCollectionStore(options);
  const parts = {
    ...options,
    store: createRecordingStore(options),
    collections,
    recordedContent: createRecordedContent({ ...options, collections }),
  };
  return {
    recordings: createRecordings(parts),
    service: createRecordingService(parts),
    maintenance: createRecordingMaintenance(parts),
  };
}
