import { fault, isFault } from '../../core/errors.ts';
import type { Fault, FaultCode, FaultDetails } from '../../core/errors.ts';
import { reasonColumns } from '../../infra/database/reason-columns.ts';
import type { ReasonColumns } from '../../infra/database/reason-columns.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Log } from '../../core/log.ts';
import type { SessionEvent } from './session-states.ts';
import type { MoveOptions, SessionChanges, SessionRow, SessionStore } from './session-store.ts';

export type SessionChanger = ReturnType<typeof createSessionChanger>;

/** Changes of state that are published once they are stored. */
export function createSessionChanger(options: { store: SessionStore; events: EventBus; logger: Log }) {
  const { store, events, logger } = options;

  /** Tells that the session changed; one that cannot be told is only logged, since events are hints. */
  function notify(row: Pick<SessionRow, 'id' | 'learnerId' | 'generation'>): void {
    const { id: sessionId, learnerId, generation } = row;
    events.publish('session.changed', { sessionId, learnerId, generation }).catch((error: unknown) => {
      logger.warn({ err: error, sessionId }, 'A change of a session could not be told.');
    });
  }

  return {
    notify,
    /** Lets those that nobody has begun yet wait in the queue, and tells of it. */
    async queue(ids: readonly string[]): Promise<void> {
      if (ids.length > 0) for (const queued of await store.queue(ids)) notify(queued);
    },
    /** As the store's `move`, and tells of it. One that was saved before does not fail: it is saved again. */
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

/** Whether there is something to go on from: a copy that is being made has it only when it is whole. */
export function hasSaved({ savedStateId, forkOfId, state }: SessionRow): boolean {
  return savedStateId !== null && !(forkOfId !== null && state === 'saving');
}

/** Columns that say why a session failed or ended: `error` itself if users may see it, else INTERNAL. */
export function reasonOf(error: unknown): ReasonColumns {
  return reasonColumns(shown(error));
}

/** As {@link reasonOf}, for a fault that nobody threw. */
export const reason = (code: FaultCode, details?: FaultDetails): ReasonColumns =>
  reasonOf(fault(code, details));

/** Columns that say why a session could not be saved. */
export function saveProblemOf(error: unknown): SessionChanges {
  const { code, message, details } = shown(error);
  return {
    saveProblemCode: code,
    saveProblemMessage: message,
    saveProblemDetails: JSON.stringify(details),
  };
}

/** The columns of {@link saveProblemOf} where there is none. */
export const noSaveProblem = {
  saveProblemCode: null,
  saveProblemMessage: null,
  saveProblemDetails: null,
} as const;

function shown(error: unknown): Fault {
  return isFault(error) ? error : fault('INTERNAL', {}, error);
}
