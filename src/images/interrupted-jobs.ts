import type { Clock } from '../clock.ts';
import { fault } from '../errors.ts';
import type { Reason } from '../errors.ts';
import type { TellJob } from './job-news.ts';
import type { JobEnd, JobStore } from './job-store.ts';

export type InterruptedJobs = ReturnType<typeof createInterruptedJobs>;

/** Ends the jobs of processes that died, and only those. */
export function createInterruptedJobs(options: {
  jobs: JobStore;
  clock: Clock;
  /** Whether the process of that name is surely gone. */
  isGone: (owner: string) => boolean;
  tell: TellJob;
}) {
  const { jobs, clock, isGone, tell } = options;
  return {
    /** How many were ended now. */
    async end(): Promise<number> {
      const now = clock.now();
      let ended = 0;
      for (const held of await jobs.underWay()) {
        if (held.heldUntil >= now && !isGone(held.heldBy)) continue;
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
