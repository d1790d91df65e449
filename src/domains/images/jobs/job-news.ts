import type { EventBus } from '../../../infra/bus/event-bus.ts';
import type { Log } from '../../../core/log.ts';
import type { Job } from './job.ts';

export type TellJob = (job: Pick<Job, 'id' | 'version'>) => void;

/** Tells that a job changed; events are hints: where one cannot be sent, who waits reads again later. */
export function createJobNews({ events, log }: { events: Pick<EventBus, 'publish'>; log: Log }): TellJob {
  return ({ id: jobId, version }) => {
    events.publish('job.changed', { jobId, version }).catch((error: unknown) => {
      log.warn({ err: error, jobId }, 'A change of a job could not be told.');
    });
  };
}
