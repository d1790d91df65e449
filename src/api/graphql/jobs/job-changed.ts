import { isFault } from '../../../core/errors.ts';
import type { Job } from '../../../domains/images/job.ts';
import { fromGlobalId } from '../base/global-id.ts';
import type { SubscriptionResolvers } from '../generated/resolver-types.ts';
import { follow } from '../subscriptions/follow.ts';

/** The job itself is read anew for each change, so changes not yet told become one. */
const CHANGES_LIMIT = 1;

export const jobChanged = {
  resolve: (job: Job) => job,
  subscribe(_, { id }, context) {
    const jobId = fromGlobalId('Job', id);
    const { jobs } = context.services;
    let over = false;
    let again: (() => void) | undefined;

    async function readJob(): Promise<Job> {
      const job = await jobs.get(context.actor, jobId);
      // It changes no more: the next read ends the subscription.
      if (job.finishedAt) {
        over = true;
        again?.();
      }
      return job;
    }

    return follow<true, Job>(context, {
      limit: CHANGES_LIMIT,
      listen(hint) {
        again = () => hint(true);
        return context.events.listen('job.changed', (event) => {
          if (event.jobId === jobId) hint(true);
        });
      },
      first: async () => [await readJob()],
      async read() {
        try {
          return over ? undefined : await readJob();
        } catch (error) {
          if (isFault(error, 'NOT_FOUND')) return undefined;
          throw error;
        }
      },
    });
  },
} satisfies SubscriptionResolvers['jobChanged'];
