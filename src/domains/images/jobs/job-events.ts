import type { EventBus } from '../../../infra/bus/event-bus.ts';
import type { Log } from '../../../core/log.ts';
import type { Job } from './job.ts';

export type PublishJob = (job: Pick<Job, 'id' | 'version'>) => void;

/** Creates the publisher of job changes. Events are hints: if one is lost, clients read again later. */
export function createJobEvents({
  events,
  log,
}: {
  events: Pick<EventBus, 'publish'>;
  log: Log;
}): PublishJob {
  return ({ id: jobId, version }) => {
    events.publish('job.changed', { jobId, version }).catch((error: unknown) => {
      log.warn({ err: error, jobId }, 'publishing a job change failed');
    });
  };
}
