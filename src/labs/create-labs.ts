import type { Clock } from '../clock.ts';
import type { Database } from '../database/database.ts';
import type { Log } from '../log.ts';
import { createLabCatalogue } from './catalogue.ts';
import { createLabService } from './lab-service.ts';
import { createKeptVersions } from './versions/kept-versions.ts';
import type { VersionKey } from './versions/version-store.ts';
import { createLabVersionStore } from './versions/version-store.ts';

/** Puts labs together, and reads them. @throws CONFIG_INVALID when there is no such folder */
export async function createLabs(options: {
  database: Database;
  /** The folder of labs. */
  directory: string;
  /** Versions on which a session runs or a saved state stands. */
  versionsInUse: () => Promise<VersionKey[]>;
  /** Days after its last use after which a former version is forgotten. */
  keepDays: number;
  clock: Clock;
  log: Log;
}) {
  const { database, directory, log: logger } = options;
  const versions = createKeptVersions({ ...options, store: createLabVersionStore({ database }) });
  const catalogue = await createLabCatalogue({ directory, versions, logger });
  return { catalogue, service: createLabService({ catalogue }) };
}
