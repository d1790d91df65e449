import { systemClock } from '../../../src/core/clock.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import type { LabCatalogue } from '../../../src/domains/labs/catalogue.ts';
import { createEncryption } from '../../../src/core/encryption.ts';
import type { EventBus } from '../../../src/infra/bus/event-bus.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { isOwnerGone, newOwner } from '../../../src/infra/leases/process-owner.ts';
import { createLabs } from '../../../src/domains/labs/create-labs.ts';
import { versionsInUse } from '../../../src/domains/sessions/versions-in-use-store.ts';
import { quietLog } from '../basics/quiet-log.ts';

interface Options {
  log?: ReturnType<typeof quietLog>;
  clock?: Clock;
  events?: EventBus;
}

/** Labs of a folder and of other sources, as one service process on the database has them. */
export async function openLabs(database: Database, directory: string, options: Options = {}) {
  const { log = quietLog(), clock = systemClock, events = createMemoryBus({ log }) } = options;
  return createLabs({
    database,
    directory,
    events,
    clock,
    log,
    versionsInUse: () => versionsInUse(database),
    keepDays: 30,
    protocols: ['file', 'https'],
    encryption: await createEncryption({ secretKey: 'ab'.repeat(32), dataDir: '/none' }),
    leaseOwner: newOwner(),
    isGone: isOwnerGone,
  });
}

/** The parts of {@link openLabs}. */
export async function openCatalogue(
  database: Database,
  directory: string,
  options: Options = {},
): Promise<LabCatalogue> {
  return (await openLabs(database, directory, options)).catalogue;
}
