import { given } from '../base/connection.ts';
import { fromGlobalId, toGlobalId } from '../../shared/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const labSourcesResolvers = {
  LabSource: { id: ({ id }) => toGlobalId('LabSource', id) },
  LabSourceState: { WAITING: 'waiting', CHECKING: 'checking', FOLLOWED: 'followed', FAILED: 'failed' },
  Query: {
    labSources: (_, _args, { services, actor }) => services.labSources.list(actor),
  },
  Mutation: {
    addLabSource: async (_, { input }, { services, actor }) => {
      const { name, address, ref, folder, everyMinutes } = input;
      const more = { ref: given(ref), folder: given(folder), everyMinutes: given(everyMinutes) };
      return { source: await services.labSources.add(actor, { name, address, ...more }) };
    },
    checkLabSource: async (_, { input: { id } }, { services, actor }) => ({
      source: await services.labSources.check(actor, fromGlobalId('LabSource', id)),
    }),
    removeLabSource: async (_, { input: { id } }, { services, actor }) => ({
      removed: await services.labSources.remove(actor, fromGlobalId('LabSource', id)),
    }),
  },
} satisfies Resolvers;
