import { systemClock } from '../../src/clock.ts';
import type { Clock } from '../../src/clock.ts';
import type { Database } from '../../src/database/database.ts';
import type { LabCatalogue } from '../../src/labs/catalogue.ts';
import { createLabs } from '../../src/labs/create-labs.ts';
import { versionsInUse } from '../../src/sessions/versions-in-use-store.ts';
import { quietLog } from './quiet-log.ts';

/** The labs of a folder, as a service process on the database has them. */
export async function openCatalogue(
  database: Database,
  directory: string,
  { logger = quietLog(), clock = systemClock }: { logger?: ReturnType<typeof quietLog>; clock?: Clock } = {},
): Promise<LabCatalogue> {
  const inUse = () => versionsInUse(database);
  const labs = await createLabs({
    database,
    directory,
    versionsInUse: inUse,
    keepDays: 30,
    clock,
    log: logger,
  });
  return labs.catalogue;
}
