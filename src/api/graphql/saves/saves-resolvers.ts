import { connection, given, pageOf } from '../base/connection.ts';
import { fromGlobalId, toGlobalId } from '../../shared/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';
import { learner } from '../identity/identity-resolvers.ts';

export const savesResolvers = {
  SavedState: {
    id: (state) => toGlobalId('SavedState', state.id),
    learner,
    lab: (state, _, { loaders }) => loaders.lab(state.labSlug),
    session: (state, _, { loaders }) => loaders.session(state.sessionId),
  },
  SavedStateConnection: connection,
  Session: {
    savedState: ({ savedStateId }, _, { loaders }) =>
      savedStateId === undefined ? undefined : loaders.savedState(savedStateId),
    isFork: ({ forkOfId }) => forkOfId !== undefined,
    forkOf: ({ forkOfId }, _, { loaders }) =>
      forkOfId === undefined ? undefined : loaders.session(forkOfId),
  },
  Query: {
    savedUsage: (_, { learner: id }, { services, actor }) =>
      services.saves.usage(actor, id ? fromGlobalId('User', id) : undefined),
    savedStates: (_, args, { services, actor }) =>
      services.saves.list(
        actor,
        {
          learnerId: args.learner ? fromGlobalId('User', args.learner) : undefined,
          lab: given(args.lab),
        },
        pageOf(args),
      ),
  },
  Mutation: {
    async saveSession(_, { input }, { services, actor }) {
      return { session: await services.saves.save(actor, fromGlobalId('Session', input.session)) };
    },

    async resumeSession(_, { input }, { services, actor }) {
      return { session: await services.saves.resume(actor, fromGlobalId('Session', input.session)) };
    },

    async resetSession(_, { input }, { services, actor }) {
      return { session: await services.saves.reset(actor, fromGlobalId('Session', input.session)) };
    },

    async forkSession(_, { input }, { services, actor }) {
      return { session: await services.saves.fork(actor, fromGlobalId('Session', input.session)) };
    },

    async deleteSavedState(_, { input: { savedState } }, { services, actor }) {
      const deleted = await services.saves.delete(actor, fromGlobalId('SavedState', savedState));
      return { deletedId: deleted ? savedState : null };
    },
  },
} satisfies Resolvers;
