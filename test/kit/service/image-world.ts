import type { Test } from 'tap';
import { systemClock } from '../../../src/core/clock.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import { createEncryption } from '../../../src/core/encryption.ts';
import type { EngineImages } from '../../../src/engine/engine-images.ts';
import { listedName } from '../../../src/engine/image-name.ts';
import type { EventBus } from '../../../src/infra/bus/event-bus.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { system } from '../../../src/domains/identity/actor.ts';
import { createImages } from '../../../src/domains/images/create-images.ts';
import type { Images, ImagesOptions } from '../../../src/domains/images/create-images.ts';
import type { Job } from '../../../src/domains/images/jobs/job.ts';
import { createManagedImageStore } from '../../../src/domains/images/managed-image-store.ts';
import type { ManagedImageStore } from '../../../src/domains/images/managed-image-store.ts';
import { createRegistryCredentials } from '../../../src/domains/images/registry/registry-credential-service.ts';
import type { RegistryCredentialService } from '../../../src/domains/images/registry/registry-credential.ts';
import { isOwnerGone, newOwner } from '../../../src/infra/leases/process-owner.ts';
import { createLabImageFolders } from '../../../src/host-setup/image-on-request.ts';
import { openImages } from '../engine/engine-images.ts';
import { newInstallation } from '../engine/installation.ts';
import { quietLog } from '../basics/quiet-log.ts';
import type { QuietLog } from '../basics/quiet-log.ts';
import { until } from '../basics/until.ts';

/** Longest wait of a test for a job to end, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Images as one service process has them, on the tests' engine. */
export interface ImageWorld extends Images {
  engine: EngineImages;
  installation: string;
  own: ManagedImageStore;
  credentials: RegistryCredentialService;
  log: QuietLog;
  /** Images of labs, and a lab's pinned images. Tests change these. */
  labs: { slug: string; images: string[] }[];
  pinned: Set<string>;
  /** Waits for the job to end. */
  ended(job: Pick<Job, 'id'>): Promise<Job>;
  /** Another process on the same database and bus. */
  neighbour(): Images;
}

export async function createImageWorld(
  t: Test,
  database: Database,
  options: {
    clock?: Clock;
    imagesFolder?: string;
    events?: EventBus;
    engine?: EngineImages;
    imageDays?: number;
  } = {},
): Promise<ImageWorld> {
  const { clock = systemClock, imagesFolder = t.testdir({}) } = options;
  const log = quietLog();
  const { events = createMemoryBus({ log }) } = options;
  const encryption = await createEncryption({ secretKey: 'ab'.repeat(32), dataDir: '/none' });
  const { service: credentials, ...logins } = createRegistryCredentials({ database, encryption, clock, log });
  const own = createManagedImageStore({ database });
  const installation = newInstallation(t);
  const engine =
    options.engine ??
    openImages(t, {
      ...logins,
      installation,
      onPulled: ({ name, id }) =>
        own.put({ name: listedName(name), imageId: id, origin: 'pulled' }, clock.now()),
    });
  const labs: ImageWorld['labs'] = [];
  const pinned: ImageWorld['pinned'] = new Set();

  function open(): Images {
    const parts: ImagesOptions = {
      database,
      engine,
      own,
      folders: createLabImageFolders({ images: engine, root: imagesFolder }),
      labs: () => labs,
      pinnedBy: async (id) => (pinned.has(id) ? ['pinning-lab'] : []),
      imageDays: options.imageDays,
      events,
      clock,
      log,
      leaseOwner: newOwner(),
      isGone: isOwnerGone,
    };
    const images = createImages(parts);
    t.teardown(() => images.stop());
    return images;
  }

  const images = open();
  const { jobs } = images;
  return {
    ...images,
    engine,
    installation,
    own,
    log,
    labs,
    pinned,
    credentials,
    neighbour: open,
    async ended({ id }) {
      const now = async () => jobs.get(system, id);
      await until(async () => (await now()).finishedAt !== undefined, PATIENCE_MS).catch(async () => {
        throw new Error(`The job does not end: ${JSON.stringify(await now())}`);
      });
      return now();
    },
  };
}
