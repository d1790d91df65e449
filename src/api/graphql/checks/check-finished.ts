import type { Attempt } from '../../../domains/checks/attempt.ts';
import { fromGlobalId } from '../base/global-id.ts';
import type { SubscriptionResolvers } from '../generated/resolver-types.ts';
import { follow } from '../subscriptions/follow.ts';
import { findAttempt } from './find-attempt.ts';

/** Attempts that a subscriber may fall behind: more than a lab has steps. Older ones are in the list of attempts. */
const ATTEMPTS_LIMIT = 64;

export const checkFinished = {
  resolve: (attempt: Attempt) => attempt,
  subscribe(_, { session }, context) {
    const sessionId = fromGlobalId('Session', session);
    const { sessions } = context.services;
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
      read: (attemptId) => findAttempt(attemptId, context),
    });
  },
} satisfies SubscriptionResolvers['checkFinished'];
