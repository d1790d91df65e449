import type { Database } from '../database/database.ts';
import { createSnapshots } from './snapshots/snapshots.ts';
import { createTerminalService } from './terminal-service.ts';
import type { TerminalServiceOptions } from './terminal-service.ts';
import { createTerminalStore } from './terminal-store.ts';
import type { TerminalService } from './terminal.ts';
import { createTicketStore } from './ticket-store.ts';

/** Terminals, put together. */
export function createTerminals({
  database,
  ...options
}: { database: Database } & Omit<
  TerminalServiceOptions,
  'store' | 'tickets' | 'snapshots'
>): TerminalService {
  const snapshots = createSnapshots({ log: options.log });
  const service = createTerminalService({
    ...options,
    store: createTerminalStore({ database }),
    tickets: createTicketStore({ database }),
    snapshots,
  });
  return {
    ...service,
    async shutdown() {
      await service.shutdown();
      await snapshots.close();
    },
  };
}
