import type { Clock } from '../../../core/clock.ts';
import type { EngineImages } from '../../../engine/engine-images.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Reason } from '../../../core/errors.ts';
import { leftoverOf } from './build-leftover.ts';
import type { TellJob } from './job-news.ts';
import type { HeldJob, JobEnd, JobStore } from './job-store.ts';
import type { OwnImageStore } from '../own-image-store.ts';

export type InterruptedJobs = ReturnType<typeof createInterruptedJobs>;

/** Ends the jobs of processes that died, and only those. */
export function createInterruptedJobs(options: {
  jobs: JobStore;
  engine: Pick<EngineImages, 'list'>;
  own: Pick<OwnImageStore, 'put'>;
  clock: Clock;
  /** Whether the process of that name is surely gone. */
  isGone: (owner: string) => boolean;
  tell: TellJob;
}) {
  const { jobs, engine, own, clock, isGone, tell } = options;

  /** What a build left is ours from then on, so that a prune takes it away; false while the engine does not answer. */
  async function noteLeftover({ id, createdAt }: HeldJob): Promise<boolean> {
    try {
      const log = (await jobs.log(id)) ?? '';
      const left = leftoverOf({ log, begunAt: createdAt }, await engine.list());
      if (left) await own.put({ name: left.id, imageId: left.id, origin: 'built' }, clock.now());
      return true;
    } catch (error) {
      if (!isFault(error, 'ENGINE_UNREACHABLE')) throw error;
      return false;
    }
  }

  return {
    /** How many were ended now. */
    async end(): Promise<number> {
      const now = clock.now();
      let ended = 0;
      for (const held of await jobs.underWay()) {
        if (held.heldUntil >= now && !isGone(held.heldBy)) continue;
        if (held.kind === 'build' && !(await noteLeftover(held))) continue;
        const job = await jobs.interrupt(held, failure(fault('JOB_INTERRUPTED')), now);
        if (!job) continue;
        ended++;
        tell(job);
      }
      return ended;
    },
  };
}

/** The end of a job that failed for a reason that users may see. */
export function failure(reason: Reason): JobEnd {
  return { state: 'failed', reason };
}
