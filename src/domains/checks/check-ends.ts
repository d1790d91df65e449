import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Log } from '../../core/log.ts';
import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import { isAdoptable } from '../../infra/leases/lease.ts';
import type { AttemptStore } from './results/attempt-store.ts';
import { unjudgedStep } from './results/step-verdict.ts';

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

export type InterruptedChecks = ReturnType<typeof createInterruptedChecks>;

/** Creates the recovery that ends the attempts of dead processes. */
export function createInterruptedChecks({
  attempts,
  clock,
  isGone,
  publishEnd,
}: {
  attempts: AttemptStore;
  clock: Clock;
  /** Returns whether the named process is known to be dead. */
  isGone: (owner: string) => boolean;
  publishEnd: PublishEnd;
}) {
  return {
    /** Ends the abandoned attempts of all steps, or of one step of a session. Returns how many. */
    async end(of?: { sessionId: string; stepId: string }): Promise<number> {
      const now = clock.now();
      let ended = 0;
      for (const attempt of await attempts.running(of)) {
        if (!isAdoptable(attempt.lease, now, isGone)) continue;
        if (!(await attempts.interrupt(attempt, unjudgedStep(fault('CHECK_INTERRUPTED')), now))) continue;
        ended++;
        await publishEnd(attempt);
      }
      return ended;
    },
  };
}
