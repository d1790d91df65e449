import { isFault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import { system } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import type { Log } from '../../core/log.ts';
import type { Session, SessionState } from '../sessions/session.ts';
import type { Transfers } from './transfers.ts';

/** Session states in which the machines can be read and written. */
const MACHINES_RUN: ReadonlySet<SessionState> = new Set(['ready', 'saving']);

/** Reads the state of a session. */
export interface SessionStates {
  get(actor: Actor | undefined, id: string): Promise<Pick<Session, 'state'>>;
}

/**
 * Cancels the transfers of sessions that end: otherwise a client that does not read would delay the removal of their
 * machines. Returns a function that stops listening.
 */
export function cancelTransfersOfEndedSessions(options: {
  transfers: Pick<Transfers, 'has' | 'cancel'>;
  events: Pick<EventBus, 'listen'>;
  sessions: SessionStates;
  log: Log;
}): () => void {
  const { transfers, events, sessions, log } = options;

  async function runs(sessionId: string): Promise<boolean> {
    try {
      return MACHINES_RUN.has((await sessions.get(system, sessionId)).state);
    } catch (error) {
      if (isFault(error, 'SESSION_NOT_FOUND')) return false;
      throw error;
    }
  }

  async function cancelIfOver(sessionId: string): Promise<void> {
    try {
      if (!(await runs(sessionId))) transfers.cancel(sessionId);
    } catch (error) {
      log.error({ err: error, sessionId }, 'handling a changed session failed');
    }
  }

  return events.listen('session.changed', ({ sessionId }) => {
    if (transfers.has(sessionId)) void cancelIfOver(sessionId);
  });
}
