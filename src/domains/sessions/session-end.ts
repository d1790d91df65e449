import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import { isActive } from './session-states.ts';
import type { SessionChanger } from './session-changes.ts';
import type { SessionRow, SessionStore } from './session-store.ts';

/** Changes by others that a stop or a deletion makes way for before it gives up. */
const TRIES = 20;

/** Ends and deletes sessions, whatever others do to them meanwhile. `onEnded` is called when there is something to tear down. */
export function createSessionEnd(options: {
  store: SessionStore;
  changer: SessionChanger;
  clock: Clock;
  onEnded: () => void;
}) {
  const { store, changer, clock, onEnded } = options;

  /** Runs `attempt` on the session as it is now until it took effect; null when the session is gone. */
  async function insist<T>(
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
    /** Ends the session; one that has ended stays as it is. @throws SESSION_NOT_FOUND */
    async stop(row: SessionRow): Promise<SessionRow> {
      const stopped = await insist(row, stopOnce);
      if (!stopped) throw fault('SESSION_NOT_FOUND');
      onEnded();
      return stopped;
    },

    /** Ends the session and hides it at once; its row goes with its environment. False when it is gone. */
    async remove(row: SessionRow): Promise<boolean> {
      const removed = (await insist(row, deleteOnce)) ?? false;
      if (removed) changer.notify({ ...row, generation: row.generation + 1 });
      onEnded();
      return removed;
    },
  };
}
