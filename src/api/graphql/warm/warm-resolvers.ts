import type { Resolvers } from '../generated/resolver-types.ts';

export const warmResolvers = {
  WarmPool: {
    lab: (pool, _, { loaders }) => loaders.lab(pool.labSlug),
  },
  Query: {
    warmPools: (_, _args, { services, actor }) => services.warm.list(actor),
  },
  Mutation: {
    drainWarmPool: async (_, { input: { lab } }, { services, actor }) => ({
      removed: await services.warm.drain(actor, lab),
    }),
  },
} satisfies Resolvers;
