import { isFault } from '../../../core/errors.ts';
import type { Session } from '../../../domains/sessions/session.ts';
import { fromGlobalId } from '../base/global-id.ts';
import type { SubscriptionResolvers } from '../generated/resolver-types.ts';
import { follow } from '../subscriptions/follow.ts';

/** The session itself is read anew for each change, so changes not yet told become one. */
const CHANGES_LIMIT = 1;

export const sessionChanged = {
  resolve: (session: Session) => session,
  subscribe(_, { id }, context) {
    const sessionId = fromGlobalId('Session', id);
    const { sessions } = context.services;
    return follow<true, Session>(context, {
      limit: CHANGES_LIMIT,
      listen: (hint) =>
        context.events.listen('session.changed', (event) => {
          if (event.sessionId === sessionId) hint(true);
        }),
      first: async () => [await sessions.get(context.actor, sessionId)],
      async read() {
        try {
          return await sessions.get(context.actor, sessionId);
        } catch (error) {
          if (isFault(error, 'SESSION_NOT_FOUND')) return undefined;
          throw error;
        }
      },
    });
  },
} satisfies SubscriptionResolvers['sessionChanged'];
