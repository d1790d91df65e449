import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Log } from '../../core/log.ts';

/** Publishes that a check ended. */
export type PublishEnd = (attempt: {
  id: string;
  sessionId: string | undefined;
  learnerId: string;
}) => Promise<void>;

/**
 * Creates the publisher. Events are hints: if one is lost, clients read again later, and the result is stored anyway.
 */
export function createCheckEvents({
  events,
  logger,
}: {
  events: Pick<EventBus, 'publish'>;
  logger: Log;
}): PublishEnd {
  return async ({ id, sessionId, learnerId }) => {
    // The session was deleted meanwhile, so it has no listeners.
    if (sessionId === undefined) return;
    await events
      .publish('check.finished', { attemptId: id, sessionId, learnerId })
      .catch((error: unknown) =>
        logger.warn({ err: error, attemptId: id }, 'publishing the end of a check failed'),
      );
  };
}
