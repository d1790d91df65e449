import { fromGlobalId } from '../base/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const terminalsResolvers = {
  Mutation: {
    async openTerminal(_, { input }, { services, actor, urls }) {
      const { machine, rows, cols } = input;
      const sessionId = fromGlobalId('Session', input.session);
      const opened = await services.terminals.open(actor, { sessionId, machine, rows, cols });
      return { ...opened, url: urls.terminal(opened.terminal.id) };
    },

    async closeTerminal(_, { input: { terminal } }, { services, actor }) {
      const closed = await services.terminals.close(actor, terminal);
      return { closedId: closed ? terminal : null };
    },
  },
} satisfies Resolvers;
