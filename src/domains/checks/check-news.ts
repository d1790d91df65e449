import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Log } from '../../core/log.ts';

/** Tells that a check ended. */
export type TellEnd = (attempt: {
  id: string;
  sessionId: string | undefined;
  learnerId: string;
}) => Promise<void>;

/** Events are hints: where one cannot be sent, who waits reads again later, and the check stands. */
export function createCheckNews({
  events,
  logger,
}: {
  events: Pick<EventBus, 'publish'>;
  logger: Log;
}): TellEnd {
  return async ({ id, sessionId, learnerId }) => {
    // The session was deleted meanwhile: nobody listens for it.
    if (sessionId === undefined) return;
    await events
      .publish('check.finished', { attemptId: id, sessionId, learnerId })
      .catch((error: unknown) =>
        logger.warn({ err: error, attemptId: id }, 'Nobody was told that a check ended'),
      );
  };
}
