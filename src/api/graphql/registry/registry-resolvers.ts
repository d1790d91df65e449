import { given } from '../base/connection.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const registryResolvers = {
  Query: {
    localRegistry: (_, _args, { services, actor }) => services.registry.get(actor),
  },
  Mutation: {
    mirrorImage: async (_, { input: { image, as } }, { services, actor }) => ({
      job: await services.registry.mirror(actor, { image, as: given(as) }),
    }),
    removeRegistryImage: async (_, { input: { image } }, { services, actor }) => ({
      removed: await services.registry.remove(actor, image),
    }),
  },
} satisfies Resolvers;
