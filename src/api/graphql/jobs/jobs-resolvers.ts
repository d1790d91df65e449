import { connection, given, pageOf } from '../base/connection.ts';
import { fromGlobalId, toGlobalId } from '../base/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';
import { jobChanged } from './job-changed.ts';

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
