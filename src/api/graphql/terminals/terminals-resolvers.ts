import { fromGlobalId } from '../../shared/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const terminalsResolvers = {
  TerminalRole: { OWNER: 'owner', ASSISTING: 'assisting', WATCHING: 'watching' },

  Terminal: {
    openedBy: ({ openedById }, _, { loaders }) => loaders.user(openedById),
  },

  Mutation: {
    async openTerminal(_, { input }, { services, actor, urls }) {
      const { machine, rows, cols } = input;
      const sessionId = fromGlobalId('Session', input.session);
      const opened = await services.terminals.open(actor, { sessionId, machine, rows, cols });
      return { ...opened, url: urls.terminal(opened.terminal.id) };
    },

    async attachTerminal(_, { input: { terminal, as } }, { services, actor, urls }) {
      const given = await services.terminals.ticket(actor, terminal, as ?? undefined);
      return { ...given, url: urls.terminal(terminal) };
    },

    async closeTerminal(_, { input: { terminal } }, { services, actor }) {
      const closed = await services.terminals.close(actor, terminal);
      return { closedId: closed ? terminal : null };
    },
  },
} satisfies Resolvers;
