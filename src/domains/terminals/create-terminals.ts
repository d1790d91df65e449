import type { Database } from '../../infra/database/database.ts';
import { createRecordingParts } from './recordings/create-recordings.ts';
import { createOutputBudgets } from './pacing/output-budgets.ts';
import type { RecordingLimits } from '../../config/terminal-settings.ts';
import type { RecordingService } from './recordings/recording.ts';
import { createSnapshots } from './snapshots/snapshots.ts';
import { createTerminalService } from './terminal-service.ts';
import type { TerminalServiceOptions } from './terminal-service.ts';
import { createTerminalStore } from './terminal-store.ts';
import type { TerminalService } from './terminal.ts';
import { createTicketStore } from './ticket-store.ts';

/** Terminals and their recordings, put together. */
export function createTerminals({
  database,
  ...options
}: { database: Database } & RecordingLimits &
  Omit<
    TerminalServiceOptions,
    'store' | 'tickets' | 'snapshots' | 'recordings' | 'budgets'
  >): TerminalService & {
  recordings: RecordingService;
} {
  const snapshots = createSnapshots({ log: options.log });
  const store = createTerminalStore({ database });
  const {
    recordings,
    upkeep,
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
      await Promise.all([service.maintain(signal), upkeep.maintain(signal)]);
    },
    async shutdown() {
      await service.shutdown();
      await snapshots.close();
    },
  };
}
