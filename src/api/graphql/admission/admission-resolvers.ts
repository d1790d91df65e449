import { given } from '../base/connection.ts';
import type { Resolvers } from '../generated/resolver-types.ts';
import { subjectOf } from './quota-input.ts';

export const admissionResolvers = {
  Quota: {
    learner: ({ subject }, _, { loaders }) => ('learner' in subject ? loaders.user(subject.learner) : null),
    course: ({ subject }) => ('course' in subject ? subject.course : null),
    lab: ({ subject }) => ('lab' in subject ? subject.lab : null),
  },
  DiskRoom: {
    freeFiles: ({ files }) => files?.free ?? null,
    reserveFiles: ({ files }) => files?.reserve ?? null,
  },
  Query: {
    engineRoom: (_, _args, { services, actor }) => services.engineRoom.look(actor),
    quotas: (_, _args, { services, actor }) => services.quotas.list(actor),
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
  },
} satisfies Resolvers;
