import type { Resolvers } from '../generated/resolver-types.ts';

export const registryResolvers = {
  Query: {
    localRegistry: (_, _args, { services, actor }) => services.registry.get(actor),
  },
  Mutation: {
    removeRegistryImage: async (_, { input: { image } }, { services, actor }) => ({
      removed: await services.registry.remove(actor, image),
    }),
  },
} satisfies Resolvers;
