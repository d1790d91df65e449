import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../infra/database/database.ts';
import type { Encryption } from '../../core/encryption.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Log } from '../../core/log.ts';
import { sweepWorkFolders } from '../../core/work-folder.ts';
import { createLabCatalogue } from './catalogue.ts';
import type { GitProtocol } from './git/git-address.ts';
import { createLabService } from './lab-service.ts';
import { createFollower } from './sources/follower.ts';
import { createLabSourceService } from './sources/lab-source-service.ts';
import { createLabSourceStore } from './sources/lab-source-store.ts';
import { createKeptVersions } from './versions/kept-versions.ts';
import type { VersionKey } from './versions/version-key.ts';
import { createLabVersionStore } from './versions/version-store.ts';

/** Puts labs together, and reads them. @throws CONFIG_INVALID when there is no such folder */
export async function createLabs(options: {
  database: Database;
  encryption: Encryption;
  events: Pick<EventBus, 'publish' | 'listen'>;
  /** The folder of labs. */
  directory: string;
  /** Versions on which a session runs or a saved state stands. */
  versionsInUse: () => Promise<VersionKey[]>;
  /** Days after its last use after which a former version is forgotten. */
  keepDays: number;
  /** How repositories of labs may be reached. */
  protocols?: readonly GitProtocol[];
  /** The name under which this process looks at repositories, and whether another such process is gone. */
  holder: string;
  isGone: (owner: string) => boolean;
  clock: Clock;
  log: Log;
}) {
  const { database, events, directory, holder, log, protocols = ['https', 'ssh'] } = options;
  const versions = createKeptVersions({ ...options, store: createLabVersionStore({ database }) });
  const sources = createLabSourceStore(options);
  const catalogue = await createLabCatalogue({ directory, versions, sources, logger: log });

  async function changed(): Promise<void> {
    await catalogue.reload();
    await events.publish('labs.changed', { from: holder });
  }

  const deaf = events.listen('labs.changed', ({ from }) => {
    if (from === holder) return;
    catalogue.reload().catch((error: unknown) => log.error({ err: error }, 'Labs could not be read again.'));
  });
  const follower = createFollower({ ...options, protocols, sources, versions, changed });
  const tellLeft = (path: string | undefined, err: unknown) =>
    log.error({ err, path }, 'What an earlier process fetched could not be removed.');
  return {
    catalogue,
    service: createLabService({ catalogue, versions, changed }),
    sources: createLabSourceService({ ...options, protocols, sources, follower, changed }),
    /** Removes what a process that died had fetched, then follows the sources until `signal` aborts. */
    async maintain(signal: AbortSignal): Promise<void> {
      await sweepWorkFolders(tellLeft).catch((error: unknown) => tellLeft(undefined, error));
      await follower.maintain(signal);
      deaf();
    },
  };
}
