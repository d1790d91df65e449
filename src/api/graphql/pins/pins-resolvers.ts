import type { Resolvers } from '../generated/resolver-types.ts';

export const pinsResolvers = {
  Query: {
    labPins: (_, { lab }, { services, actor }) => services.pins.list(actor, lab),
  },
  Mutation: {
    repinLab: async (_, { input: { lab } }, { services, actor }) => ({
      forgotten: await services.pins.repin(actor, lab),
    }),
  },
} satisfies Resolvers;
