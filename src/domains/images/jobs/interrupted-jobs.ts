import type { Clock } from '../../../core/clock.ts';
import type { EngineImage, EngineImages } from '../../../engine/engine-images.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Reason } from '../../../core/errors.ts';
import { isAdoptable } from '../../../infra/leases/lease.ts';
import type { PublishJob } from './job-report.ts';
import type { LeasedJob, JobEnd, JobStore } from './job-store.ts';
import type { ManagedImageStore } from '../managed-image-store.ts';

export type InterruptedJobs = ReturnType<typeof createInterruptedJobs>;

/** Creates the recovery that ends the jobs of dead processes. */
export function createInterruptedJobs(options: {
  jobs: JobStore;
  engine: Pick<EngineImages, 'list'>;
  own: Pick<ManagedImageStore, 'put'>;
  clock: Clock;
  /** Returns whether the named process is known to be dead. */
  isGone: (owner: string) => boolean;
  publishJob: PublishJob;
}) {
  const { jobs, engine, own, clock, isGone, publishJob } = options;

  /**
   * Marks a build's leftover image as managed, so that a prune removes it. Returns false while the engine does not
   * answer.
   */
  async function claimLeftover({ id, createdAt }: LeasedJob): Promise<boolean> {
    try {
      const log = (await jobs.log(id)) ?? '';
      const left = leftoverOf({ log, startedAt: createdAt }, await engine.list());
      if (left) await own.put({ name: left.id, imageId: left.id, origin: 'built' }, clock.now());
      return true;
    } catch (error) {
      if (!isFault(error, 'ENGINE_UNREACHABLE')) throw error;
      return false;
    }
  }

  return {
    /** Ends the abandoned jobs. Returns how many. */
    async end(): Promise<number> {
      const now = clock.now();
      let ended = 0;
      for (const held of await jobs.listActive()) {
        if (!isAdoptable(held.lease, now, isGone)) continue;
        if (held.kind === 'build' && !(await claimLeftover(held))) continue;
        const job = await jobs.interrupt(held, failure(fault('JOB_INTERRUPTED')), now);
        if (!job) continue;
        ended++;
        publishJob(job);
      }
      return ended;
    },
  };
}

/** Returns the end of a failed job, with a reason that users may see. */
export function failure(reason: Reason): JobEnd {
  return { state: 'failed', reason };
}

/** Maximum difference between the engine's clock and ours, in milliseconds. */
const CLOCK_DIFFERENCE_MS = 60_000;
/** Matches the builder's line with the image of a step, new or from the cache. */
const MADE = /^ ---> ([0-9a-f]{12})$/gm;

/** An aborted build. */
interface BrokenBuild {
  /** Its output. */
  log: string;
  startedAt: Date;
}

/** Returns the unnamed image of an aborted build's last completed step; undefined without one. Pure. */
export function leftoverOf(
  { log, startedAt }: BrokenBuild,
  images: readonly EngineImage[],
): EngineImage | undefined {
  const made = [...log.matchAll(MADE)].at(-1)?.[1];
  if (made === undefined) return undefined;
  return images.find(
    ({ id, names, digests, createdAt }) =>
      id.startsWith(`sha256:${made}`) &&
      names.length + digests.length === 0 &&
      createdAt.getTime() >= startedAt.getTime() - CLOCK_DIFFERENCE_MS,
  );
}
