import { given } from '../base/connection.ts';
import type { Resolvers } from '../generated/resolver-types.ts';
import { fault } from '../../../core/errors.ts';
import type { QuotaSubject } from '../../../domains/sessions/capacity/quota.ts';
import { fromGlobalId } from '../../shared/global-id.ts';

export const admissionResolvers = {
  Quota: {
    learner: ({ subject }, _, { loaders }) => ('learner' in subject ? loaders.user(subject.learner) : null),
    collection: ({ subject }) => ('collection' in subject ? subject.collection : null),
    lab: ({ subject }) => ('lab' in subject ? subject.lab : null),
    course: ({ subject }, _, { loaders }) => ('course' in subject ? loaders.course(subject.course) : null),
  },
  DiskCapacity: {
    freeFiles: ({ files }) => files?.free ?? null,
    reserveFiles: ({ files }) => files?.reserve ?? null,
  },
  WarmPool: {
    lab: (pool, _, { loaders }) => loaders.lab(pool.labSlug),
  },
  Query: {
    engineCapacity: (_, _args, { services, actor }) => services.engineCapacity.get(actor),
    quotas: (_, _args, { services, actor }) => services.quotas.list(actor),
    warmPools: (_, _args, { services, actor }) => services.warm.list(actor),
  },
  Mutation: {
    async setQuota(_, { input }, { services, actor }) {
      const { sessions, memory, saved } = input;
      return {
        quota: await services.quotas.set(actor, {
          subject: subjectOf(input),
          sessions: given(sessions),
          memory: given(memory),
          saved: given(saved),
        }),
      };
    },
    async removeQuota(_, { input }, { services, actor }) {
      return { removed: await services.quotas.remove(actor, subjectOf(input)) };
    },
    drainWarmPool: async (_, { input: { lab } }, { services, actor }) => ({
      removed: await services.warm.drain(actor, lab),
    }),
  },
} satisfies Resolvers;

/** Returns the subject of the quota in an input. @throws INPUT_INVALID unless there is exactly one */
function subjectOf(input: {
  learner?: string | null | undefined;
  collection?: string | null | undefined;
  lab?: string | null | undefined;
  course?: string | null | undefined;
}): QuotaSubject {
  const { learner, collection, lab, course } = input;
  const subjects: QuotaSubject[] = [];
  if (learner) subjects.push({ learner: fromGlobalId('User', learner) });
  if (collection) subjects.push({ collection });
  if (lab) subjects.push({ lab });
  if (course) subjects.push({ course: fromGlobalId('Course', course) });
  const [subject, ...others] = subjects;
  if (subject && others.length === 0) return subject;
  throw fault('INPUT_INVALID', {
    problem: 'Set exactly one of "learner", "collection", "lab" and "course".',
  });
}
