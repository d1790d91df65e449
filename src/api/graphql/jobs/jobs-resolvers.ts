import { connection, given, pageOf } from '../base/connection.ts';
import { fromGlobalId, toGlobalId } from '../../shared/global-id.ts';
import type { Resolvers, SubscriptionResolvers } from '../generated/resolver-types.ts';
import { isFault } from '../../../core/errors.ts';
import type { Job } from '../../../domains/images/jobs/job.ts';
import { follow } from '../subscriptions/follow.ts';

/** One pending change is enough, because the job is read again for each change. */
const CHANGES_LIMIT = 1;

const jobChanged = {
  resolve: (job: Job) => job,
  subscribe(_, { id }, context) {
    const jobId = fromGlobalId('Job', id);
    const { jobs } = context.services;
    let over = false;
    let again: (() => void) | undefined;

    async function readJob(): Promise<Job> {
      const job = await jobs.get(context.actor, jobId);
      // The job no longer changes, so the next read ends the subscription.
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

export const jobsResolvers = {
  JobKind: { PULL: 'pull', BUILD: 'build', PRUNE: 'prune', MIRROR: 'mirror' },
  JobState: {
    QUEUED: 'queued',
    RUNNING: 'running',
    SUCCEEDED: 'succeeded',
    FAILED: 'failed',
    CANCELLED: 'cancelled',
  },
  LayerPhase: {
    WAITING: 'waiting',
    DOWNLOADING: 'downloading',
    EXTRACTING: 'extracting',
    DONE: 'done',
  },
  Job: {
    id: (job) => toGlobalId('Job', job.id),
    log: (job, _, { services, actor }) => services.jobs.log(actor, job.id),
    startedBy: (job, _, { loaders }) => loaders.user(job.startedById),
  },
  JobProgress: {
    layers: ({ layers = [] }) => layers,
    step: ({ step }) => step?.number,
    steps: ({ step }) => step?.of,
    removed: ({ removed = [] }) => removed,
  },
  JobConnection: connection,
  Query: {
    job: (_, { id }, { services, actor }) => services.jobs.get(actor, fromGlobalId('Job', id)),
    jobs: (_, args, { services, actor }) =>
      services.jobs.list(actor, { kind: given(args.kind), states: given(args.states) }, pageOf(args)),
  },
  Mutation: {
    cancelJob: async (_, { input: { job } }, { services, actor }) => ({
      job: await services.jobs.cancel(actor, fromGlobalId('Job', job)),
    }),
  },
  Subscription: { jobChanged },
} satisfies Resolvers;
