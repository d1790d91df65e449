import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import { isActive } from './session-states.ts';
import type { SessionChanger } from './session-changes.ts';
import type { SessionRow, SessionStore } from './session-store.ts';
import { extended, isWarningDue, latestEnd } from './lifetime-rules.ts';
import type { LifetimeStore } from './lifetime-store.ts';

/** Attempts to change a session while other requests change it too. */
const TRIES = 20;

/** Longest extension in one request, in minutes: a week. The lab's own limit also applies. */
const LONGEST_MINUTES = 7 * 24 * 60;

/** Extends sessions at their learners' request. */
export function createSessionExtend(options: {
  store: SessionStore;
  lifetimes: LifetimeStore;
  changer: SessionChanger;
  clock: Clock;
  warningMinutes: number;
}) {
  const { store, lifetimes, changer, clock, warningMinutes } = options;

  /** @throws INPUT_INVALID, SESSION_EXTEND_LIMIT, SESSION_STATE_CONFLICT, SESSION_NOT_FOUND */
  return async function extendSession(session: SessionRow, minutes: number): Promise<SessionRow> {
    if (!(minutes > 0 && minutes <= LONGEST_MINUTES)) {
      throw fault('INPUT_INVALID', {
        problem: `"minutes" must be more than 0, and ${LONGEST_MINUTES} at most.`,
      });
    }
    let row: SessionRow | null = session;
    for (let tries = 0; row && tries < TRIES; tries++) {
      const changed = await extendOnce(row, minutes);
      if (changed) return changed;
      row = await store.find(session.id);
    }
    throw fault(row ? 'DATABASE_BUSY' : 'SESSION_NOT_FOUND');
  };

  async function extendOnce(row: SessionRow, minutes: number): Promise<SessionRow | undefined> {
    if (row.state !== 'ready' && row.state !== 'unreachable') {
      throw fault('SESSION_STATE_CONFLICT', { state: row.state, verb: 'be extended' });
    }
    const now = clock.now();
    const end = extended(row, minutes, now);
    if (!end) throw fault('SESSION_EXTEND_LIMIT', { until: latestEnd(row).toISOString() });
    const warnedAt = isWarningDue({ ...row, ...end }, now, warningMinutes) ? row.warnedAt : null;
    const changed = await lifetimes.setEnd(row, { ...end, warnedAt });
    if (changed) changer.notify(changed);
    return changed;
  }
}

/**
 * Stops and deletes sessions, retrying when others change them. `onEnded` is called when there is something to tear
 * down.
 */
export function createSessionEnd(options: {
  store: SessionStore;
  changer: SessionChanger;
  clock: Clock;
  onEnded: () => void;
}) {
  const { store, changer, clock, onEnded } = options;

  /** Repeats `attempt` with the current row until it takes effect; null if the session is gone. */
  async function retryWhileChanged<T>(
    row: SessionRow,
    attempt: (row: SessionRow) => Promise<T | undefined>,
  ): Promise<T | null> {
    let now: SessionRow | null = row;
    for (let tries = 0; now && tries < TRIES; tries++) {
      const done = await attempt(now);
      if (done !== undefined) return done;
      now = await store.findAny(row.id);
    }
    if (now) throw fault('DATABASE_BUSY');
    return null;
  }

  async function stopOnce(row: SessionRow): Promise<SessionRow | undefined> {
    return isActive(row.state) ? changer.move(row, 'stop') : row;
  }

  async function deleteOnce(row: SessionRow): Promise<boolean | undefined> {
    if (row.removedAt !== null) return false;
    const removedAt = clock.now();
    if (isActive(row.state)) return (await changer.move(row, 'stop', { removedAt })) && true;
    if (row.state === 'stopping' || row.environmentId !== null) {
      return (await store.change(row, { removedAt })) || undefined;
    }
    return (await store.remove(row)) || undefined;
  }

  return {
    /** Ends the session; an ended session does not change. @throws SESSION_NOT_FOUND */
    async stop(row: SessionRow): Promise<SessionRow> {
      const stopped = await retryWhileChanged(row, stopOnce);
      if (!stopped) throw fault('SESSION_NOT_FOUND');
      onEnded();
      return stopped;
    },

    /** Ends the session and hides it immediately; its row is deleted with its environment. False if it is gone. */
    async remove(row: SessionRow): Promise<boolean> {
      const removed = (await retryWhileChanged(row, deleteOnce)) ?? false;
      if (removed) changer.notify({ ...row, generation: row.generation + 1 });
      onEnded();
      return removed;
    },
  };
}
