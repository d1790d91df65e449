import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../infra/database/database.ts';
import type { Encryption } from '../../core/encryption.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Log } from '../../core/log.ts';
import { sweepWorkFolders } from '../../core/work-folder.ts';
import { createLabCatalogue } from './catalogue.ts';
import type { GitProtocol } from './git/git-address.ts';
import { createReaderThread } from './reading/reader-thread.ts';
import { createLabService } from './lab-service.ts';
import { createFollower } from './sources/follower.ts';
import { createLabSourceService } from './sources/lab-source-service.ts';
import { createLabSourceStore } from './sources/lab-source-store.ts';
import { createKeptVersions } from './versions/kept-versions.ts';
import type { VersionKey } from './lab.ts';
import { createLabVersionStore } from './versions/version-store.ts';

/** Constructs the services of labs and reads the labs. @throws CONFIG_INVALID if `directory` is missing */
export async function createLabs(options: {
  database: Database;
  encryption: Encryption;
  events: Pick<EventBus, 'publish' | 'listen'>;
  /** The folder of labs. */
  directory: string;
  /** Lists the versions that running and saved sessions use. */
  versionsInUse: () => Promise<VersionKey[]>;
  /** Days for which an unused former version stays stored. */
  keepDays: number;
  /** Protocols that may be used to access repositories. */
  protocols?: readonly GitProtocol[];
  /** The name of this process as the owner of leases on repositories. */
  leaseOwner: string;
  /** Whether the process that owns a lease has ended. */
  isGone: (owner: string) => boolean;
  /** Called after this process has read changed labs. */
  onReloaded?: () => void;
  clock: Clock;
  log: Log;
}) {
  const { onReloaded = () => undefined } = options;
  const { database, events, directory, leaseOwner, log, protocols = ['https', 'ssh'] } = options;
  const reader = createReaderThread();
  const readFiles = reader.read;
  const versions = createKeptVersions({ ...options, readFiles, store: createLabVersionStore({ database }) });
  const sources = createLabSourceStore(options);
  const catalogue = await createLabCatalogue({ directory, versions, sources, log });

  async function changed(): Promise<void> {
    await catalogue.reload();
    onReloaded();
    await events.publish('labs.changed', { from: leaseOwner });
  }

  const stopListening = events.listen('labs.changed', ({ from }) => {
    if (from === leaseOwner) return;
    catalogue
      .reload()
      .then(onReloaded)
      .catch((error: unknown) => log.error({ err: error }, 'reading labs failed'));
  });
  const follower = createFollower({ ...options, protocols, sources, versions, readFiles, changed });
  const logSweepFailure = (path: string | undefined, err: unknown) =>
    log.error({ err, path }, 'removing a work folder failed');
  return {
    catalogue,
    service: createLabService({ catalogue, versions, readFiles, changed }),
    sources: createLabSourceService({ ...options, protocols, sources, follower, changed }),
    /** Ends the thread that reads labs. */
    close: reader.close,
    /** Removes the work folders of processes that died, then follows the sources until `signal` aborts. */
    async maintain(signal: AbortSignal): Promise<void> {
      await sweepWorkFolders(logSweepFailure).catch((error: unknown) => logSweepFailure(undefined, error));
      await follower.maintain(signal);
      stopListening();
    },
  };
}
