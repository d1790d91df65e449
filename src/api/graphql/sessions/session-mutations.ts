import { fromGlobalId, toGlobalId } from '../base/global-id.ts';
import type { MutationResolvers } from '../generated/resolver-types.ts';

export const sessionMutations = {
  async startSession(_, { input }, { services, actor }) {
    return { session: await services.sessions.start(actor, { lab: input.lab }) };
  },

  async stopSession(_, { input }, { services, actor }) {
    const id = fromGlobalId('Session', input.session);
    return { session: await services.sessions.stop(actor, id) };
  },

  async restartSession(_, { input }, { services, actor }) {
    const id = fromGlobalId('Session', input.session);
    return { session: await services.sessions.restart(actor, id) };
  },

  async extendSession(_, { input }, { services, actor }) {
    const id = fromGlobalId('Session', input.session);
    return { session: await services.sessions.extend(actor, id, input.minutes) };
  },

  async deleteSession(_, { input: { session } }, { services, actor }) {
    const deleted = await services.sessions.delete(actor, fromGlobalId('Session', session));
    return { deletedId: deleted ? session : null };
  },

  async deleteMySessions(_, _args, { services, actor }) {
    const ids = await services.sessions.deleteAllMine(actor);
    return { deletedIds: ids.map((id) => toGlobalId('Session', id)) };
  },
} satisfies MutationResolvers;
