import { isFault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import { system } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import type { Log } from '../../core/log.ts';
import type { Session, SessionState } from '../sessions/session.ts';
import type { Transfers } from './transfers.ts';

/** States in which a session's machines are there to be read and written. */
const MACHINES_RUN: ReadonlySet<SessionState> = new Set(['ready', 'saving']);

/** What tells the state of a session. */
export interface SessionStates {
  get(actor: Actor | undefined, id: string): Promise<Pick<Session, 'state'>>;
}

/**
 * Breaks off the transfers of sessions that end: a client that takes nothing would hold the removal
 * of their machines up. Returns what stops it.
 */
export function breakOffWithSessions(options: {
  transfers: Pick<Transfers, 'has' | 'breakOff'>;
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

  async function breakOffIfOver(sessionId: string): Promise<void> {
    try {
      if (!(await runs(sessionId))) transfers.breakOff(sessionId);
    } catch (error) {
      log.error({ err: error, sessionId }, 'A session that changed could not be read');
    }
  }

  return events.listen('session.changed', ({ sessionId }) => {
    if (transfers.has(sessionId)) void breakOffIfOver(sessionId);
  });
}
