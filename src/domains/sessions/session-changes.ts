import { fault, isFault } from '../../core/errors.ts';
import type { Fault, FaultCode, FaultDetails } from '../../core/errors.ts';
import { reasonColumns } from '../../infra/database/reason-columns.ts';
import type { ReasonColumns } from '../../infra/database/reason-columns.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Log } from '../../core/log.ts';
import type { SessionEvent } from './session-states.ts';
import type { MoveOptions, SessionChanges, SessionRow, SessionStore } from './session-store.ts';

export type SessionChanger = ReturnType<typeof createSessionChanger>;

/** Changes the state of sessions, and publishes each change after it is stored. */
export function createSessionChanger(options: { store: SessionStore; events: EventBus; log: Log }) {
  const { store, events, log } = options;

  /** Publishes that the session changed. A failure is only logged, because events are hints. */
  function notify(row: Pick<SessionRow, 'id' | 'learnerId' | 'generation'>): void {
    const { id: sessionId, learnerId, generation } = row;
    events.publish('session.changed', { sessionId, learnerId, generation }).catch((error: unknown) => {
      log.warn({ err: error, sessionId }, 'session change not published');
    });
  }

  return {
    notify,
    /** Queues the sessions that no process has started yet, and publishes that. */
    async queue(ids: readonly string[]): Promise<void> {
      if (ids.length > 0) for (const queued of await store.queue(ids)) notify(queued);
    },
    /**
     * Moves the session as the store does, and publishes that. A session with a saved state falls back instead of
     * failing.
     */
    async move(
      row: SessionRow,
      event: SessionEvent,
      changes?: SessionChanges,
      options?: MoveOptions,
    ): Promise<SessionRow | undefined> {
      const fallsBack = event === 'fail' && hasSaved(row);
      const moved = fallsBack
        ? await store.move(row, 'fallBack', { ...changes, endedAt: null }, options)
        : await store.move(row, event, changes, options);
      if (moved) notify(moved);
      return moved;
    },
  };
}

/** Returns whether the session has a saved state. The state of a copy counts once it is complete. */
export function hasSaved({ savedStateId, forkOfId, state }: SessionRow): boolean {
  return savedStateId !== null && !(forkOfId !== null && state === 'saving');
}

/** Returns the columns for the reason why a session failed or ended: `error` if users may see it, else INTERNAL. */
export function reasonOf(error: unknown): ReasonColumns {
  return reasonColumns(visibleFault(error));
}

/** Returns the columns of {@link reasonOf} for a fault code. */
export const reason = (code: FaultCode, details?: FaultDetails): ReasonColumns =>
  reasonOf(fault(code, details));

/** Returns the columns for the reason why a session was not saved. */
export function saveProblemOf(error: unknown): SessionChanges {
  const { code, message, details } = visibleFault(error);
  return {
    saveProblemCode: code,
    saveProblemMessage: message,
    saveProblemDetails: JSON.stringify(details),
  };
}

/** The columns of {@link saveProblemOf} without a problem. */
export const noSaveProblem = {
  saveProblemCode: null,
  saveProblemMessage: null,
  saveProblemDetails: null,
} as const;

function visibleFault(error: unknown): Fault {
  return isFault(error) ? error : fault('INTERNAL', {}, error);
}
