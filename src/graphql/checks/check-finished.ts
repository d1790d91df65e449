import type { Attempt } from '../../checks/attempt.ts';
import { isFault } from '../../errors.ts';
import { fromGlobalId } from '../base/global-id.ts';
import type { SubscriptionResolvers } from '../generated/resolver-types.ts';
import { follow } from '../subscriptions/follow.ts';

/** Attempts that a subscriber may fall behind: more than a lab has steps. Older ones are in the list of attempts. */
const ATTEMPTS_LIMIT = 64;

export const checkFinished = {
  resolve: (attempt: Attempt) => attempt,
  subscribe(_, { session }, context) {
    const sessionId = fromGlobalId('Session', session);
    const { sessions, checks } = context.services;
    return follow<string, Attempt>(context, {
      limit: ATTEMPTS_LIMIT,
      listen: (hint) =>
        context.events.listen('check.finished', (event) => {
          if (event.sessionId === sessionId) hint(event.attemptId);
        }),
      async first() {
        await sessions.get(context.actor, sessionId);
        return [];
      },
      async read(attemptId) {
        try {
          return await checks.get(context.actor, attemptId);
        } catch (error) {
          if (isFault(error, 'NOT_FOUND')) return undefined;
          throw error;
        }
      },
    });
  },
} satisfies SubscriptionResolvers['checkFinished'];
