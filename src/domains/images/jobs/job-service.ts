import type { Clock } from '../../../core/clock.ts';
import { fault } from '../../../core/errors.ts';
import { requireActor } from '../../identity/actor.ts';
import { pageWindow, toPage } from '../../../core/paging.ts';
import type { InterruptedJobs } from './interrupted-jobs.ts';
import type { PublishJob } from './job-report.ts';
import type { JobStore } from './job-store.ts';
import type { Job, JobService } from './job.ts';

export function createJobService(options: {
  jobs: JobStore;
  interrupted: InterruptedJobs;
  publishJob: PublishJob;
  clock: Clock;
}): JobService {
  const { jobs, interrupted, publishJob, clock } = options;

  async function find(id: string): Promise<Job> {
    const job = await jobs.find(id);
    if (!job) throw fault('NOT_FOUND', { thing: 'job' });
    return job;
  }

  return {
    async get(actor, id) {
      requireActor(actor, { scope: 'read', role: 'instructor' });
      return find(id);
    },

    async list(actor, filter, page) {
      requireActor(actor, { scope: 'read', role: 'instructor' });
      return toPage(await jobs.list(filter, pageWindow(page)), page);
    },

    async log(actor, id) {
      requireActor(actor, { scope: 'read', role: 'instructor' });
      const log = await jobs.log(id);
      if (log === undefined) throw fault('NOT_FOUND', { thing: 'job' });
      return log;
    },

    async cancel(actor, id) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      // Jobs of dead processes must end first: nothing would react to the cancellation.
      await interrupted.end();
      const asked = await jobs.requestCancel(id, clock.now());
      if (!asked) return find(id);
      publishJob(asked);
      return asked;
    },
  };
}
