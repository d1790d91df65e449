import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../infra/database/database.ts';
import type { EngineImages } from '../../engine/engine-images.ts';
import type { EngineRegistry } from '../../engine/engine-registry.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import { LEASE_MS } from '../../infra/leases/lease.ts';
import type { Log } from '../../core/log.ts';
import { delay } from '../../core/clock.ts';
import { createImageAgeing } from './image-ageing.ts';
import { createImageService } from './image-service.ts';
import type { ImageFolders } from './image-service.ts';
import type { LabImageUse } from './image-view.ts';
import type { ImageService } from './image.ts';
import { createInterruptedJobs } from './jobs/interrupted-jobs.ts';
import { createJobNews } from './jobs/job-news.ts';
import { createJobRunner } from './jobs/job-runner.ts';
import type { JobRunner } from './jobs/job-runner.ts';
import { createJobService } from './jobs/job-service.ts';
import { createJobStore } from './jobs/job-store.ts';
import type { JobService } from './jobs/job.ts';
import type { OwnImageStore } from './own-image-store.ts';
import { createPushNameStore } from './registry/push-name-store.ts';
import { createPushNames } from './registry/push-names.ts';
import type { PushNames } from './registry/push-names.ts';
import { seedRegistry } from './registry/registry-seeds.ts';

export interface ImagesOptions {
  database: Database;
  engine: EngineImages;
  own: OwnImageStore;
  folders: ImageFolders;
  labs: () => readonly LabImageUse[];
  pinnedBy: (imageId: string) => Promise<string[]>;
  /** Days without use after which an image of ours is removed; undefined where they stay. */
  imageDays: number | undefined;
  events: Pick<EventBus, 'publish' | 'listen'>;
  clock: Clock;
  log: Log;
  /** Names this process among those that share the database; new with each start. */
  leaseOwner: string;
  /** Whether the process of that name surely runs no more; of others the hold runs out. */
  isGone: (owner: string) => boolean;
}

export interface Images {
  service: ImageService;
  jobs: JobService;
  /** Starts a job, for work on images that is no use case of these. */
  startJob: JobRunner['start'];
  /** The names that images have while they are put into the local registry. */
  pushNames: PushNames;
  /** Puts into a local registry what it has from the start. */
  seed(registry: EngineRegistry, signal: AbortSignal): Promise<void>;
  /** Ends the jobs that dead processes left, with what these left on the engine, and forgets old ones; how many were ended. */
  recover(): Promise<number>;
  /** Recovers now, and again and again as neighbours may die. Returns at once. */
  start(): void;
  /** Ends the jobs of this process as interrupted; resolves when that is stored. New ones are refused. */
  stop(): Promise<void>;
}

/** Images and the jobs on them, put together. */
export function createImages(options: ImagesOptions): Images {
  const { database, clock, log, leaseOwner } = options;
  const jobs = createJobStore({ database });
  const tell = createJobNews(options);
  const interrupted = createInterruptedJobs({ ...options, jobs, tell });
  const runner = createJobRunner({ ...options, jobs, interrupted, tell, owner: leaseOwner });
  const pushNames = createPushNames({
    ...options,
    store: createPushNameStore({ database }),
    isPutting: async (target) => (await jobs.findActive('mirror', target)) !== undefined,
  });
  const stopping = new AbortController();
  const ageing = createImageAgeing(options);
  let watching: Promise<unknown> | undefined;

  async function recover(): Promise<number> {
    const ended = await interrupted.end();
    if (ended > 0) log.warn({ jobs: ended }, 'Jobs of a process that died were ended.');
    await jobs.removeOld();
    const names = await pushNames.sweep();
    if (names > 0) log.warn({ names }, 'Names that a push into the local registry left were removed.');
    return ended;
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await recover().catch((error: unknown) => {
        log.error({ err: error }, 'What interrupted jobs left could not be looked for.');
      });
      await delay(clock, LEASE_MS, stopping.signal);
    }
  }

  return {
    service: createImageService({ ...options, jobs, runner }),
    jobs: createJobService({ jobs, interrupted, tell, clock }),
    startJob: runner.start,
    pushNames,
    seed: (registry, signal) => seedRegistry({ registry, engine: options.engine, names: pushNames }, signal),
    recover,
    start: () => void (watching ??= Promise.all([watch(), ageing.maintain(stopping.signal)])),
    async stop() {
      stopping.abort();
      await runner.stop();
      await watching;
    },
  };
}
