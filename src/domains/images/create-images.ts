import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../infra/database/database.ts';
import type { EngineImages } from '../../engine/engine-images.ts';
import type { EngineRegistry } from '../../engine/engine-registry.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import { LEASE_MS } from '../../infra/leases/lease.ts';
import type { Log } from '../../core/log.ts';
import { delay } from '../../core/clock.ts';
import { createImageExpiry } from './image-expiry.ts';
import { createImageService } from './image-service.ts';
import type { ImageFolders } from './image-service.ts';
import type { LabImageUse } from './image-view.ts';
import type { ImageService } from './image.ts';
import { createInterruptedJobs } from './jobs/interrupted-jobs.ts';
import { createJobEvents } from './jobs/job-report.ts';
import { createJobRunner } from './jobs/job-runner.ts';
import type { JobRunner } from './jobs/job-runner.ts';
import { createJobService } from './jobs/job-service.ts';
import { createJobStore } from './jobs/job-store.ts';
import type { JobService } from './jobs/job.ts';
import type { ManagedImageStore } from './managed-image-store.ts';
import { createPushNameStore, createPushNames } from './registry/push-name-store.ts';
import type { PushNames } from './registry/push-name-store.ts';
import { seedRegistry } from './registry/registry-seeds.ts';

export interface ImagesOptions {
  database: Database;
  engine: EngineImages;
  own: ManagedImageStore;
  folders: ImageFolders;
  labs: () => readonly LabImageUse[];
  pinnedBy: (imageId: string) => Promise<string[]>;
  /** Days without use after which a managed image is removed; undefined to keep them. */
  imageDays: number | undefined;
  events: Pick<EventBus, 'publish' | 'listen'>;
  clock: Clock;
  log: Log;
  /** Unique name of this process among all that share the database; new with each start. */
  leaseOwner: string;
  /** Returns whether the named process is known to be dead. Leases of others expire. */
  isGone: (owner: string) => boolean;
}

export interface Images {
  service: ImageService;
  jobs: JobService;
  /** Starts a job for work on images that other services define. */
  startJob: JobRunner['start'];
  /** Temporary names of images while they are pushed into the local registry. */
  pushNames: PushNames;
  /** Pushes the initial images into a local registry. */
  seed(registry: EngineRegistry, signal: AbortSignal): Promise<void>;
  /**
   * Ends the jobs of dead processes, removes their leftovers on the engine, and deletes old jobs. Returns how many were
   * ended.
   */
  recover(): Promise<number>;
  /** Starts to recover jobs regularly, because other processes may die. Returns immediately. */
  start(): void;
  /** Ends this process's jobs as interrupted, and refuses new ones. Resolves when that is stored. */
  stop(): Promise<void>;
}

/** Creates the services of images and their jobs. */
export function createImages(options: ImagesOptions): Images {
  const { database, clock, log, leaseOwner } = options;
  const jobs = createJobStore({ database });
  const publishJob = createJobEvents(options);
  const interrupted = createInterruptedJobs({ ...options, jobs, publishJob });
  const runner = createJobRunner({ ...options, jobs, interrupted, publishJob, owner: leaseOwner });
  const pushNames = createPushNames({
    ...options,
    store: createPushNameStore({ database }),
    isPushing: async (target) => (await jobs.findActive('mirror', target)) !== undefined,
  });
  const stopping = new AbortController();
  const expiry = createImageExpiry(options);
  let watching: Promise<unknown> | undefined;

  async function recover(): Promise<number> {
    const ended = await interrupted.end();
    if (ended > 0) log.warn({ jobs: ended }, 'ended jobs of dead processes');
    await jobs.removeOld();
    const names = await pushNames.sweep();
    if (names > 0) log.warn({ names }, 'removed leftover names of registry pushes');
    return ended;
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await recover().catch((error: unknown) => {
        log.error({ err: error }, 'recovering interrupted jobs failed');
      });
      await delay(clock, LEASE_MS, stopping.signal);
    }
  }

  return {
    service: createImageService({ ...options, jobs, runner }),
    jobs: createJobService({ jobs, interrupted, publishJob, clock }),
    startJob: runner.start,
    pushNames,
    seed: (registry, signal) => seedRegistry({ registry, engine: options.engine, names: pushNames }, signal),
    recover,
    start: () => void (watching ??= Promise.all([watch(), expiry.maintain(stopping.signal)])),
    async stop() {
      stopping.abort();
      await runner.stop();
      await watching;
    },
  };
}
