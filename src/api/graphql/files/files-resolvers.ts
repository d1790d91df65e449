import { toGlobalId } from '../../shared/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const filesResolvers = {
  Machine: {
    filesUrl: ({ name, session }, _, { urls }) => urls.files(toGlobalId('Session', session.id), name),
  },
} satisfies Resolvers;
