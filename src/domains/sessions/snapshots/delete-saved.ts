import { fault } from '../../../core/errors.ts';
import { hasSaved } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionStore } from '../session-store.ts';
import { conflict } from './session-resume.ts';
import type { SavedStateRow, SavedStateStore } from './saved-state-store.ts';

/** Attempts to delete a saved state while other requests change its session. */
const TRIES = 20;

/** Deletes saved states on request. `onEnded` is called when a session may have ended with one. */
export function createDeleteSaved(options: {
  store: Pick<SessionStore, 'findAny' | 'change'>;
  states: Pick<SavedStateStore, 'retire'>;
  changer: SessionChanger;
  onEnded: () => void;
}) {
  const { store, states, changer, onEnded } = options;

  /** Separates the session from the state: a saved session ends, a running one continues. Returns whether that took effect. */
  async function detach(sessionId: string, stateId: string): Promise<boolean> {
    const row = await store.findAny(sessionId);
    if (!row || row.savedStateId !== stateId || !hasSaved(row)) return true;
    if (row.state === 'saved') return (await changer.move(row, 'stop')) !== undefined;
    if (row.state === 'queued' || row.state === 'provisioning') {
      throw conflict(row.state, 'lose what it is started from');
    }
    if (!(await store.change(row, { savedStateId: null }))) return false;
    changer.notify(row);
    return true;
  }

  /** @throws SESSION_STATE_CONFLICT while a session is being started from it */
  return async function deleteSaved({ id, currentFor }: SavedStateRow): Promise<void> {
    let detached = currentFor === null;
    for (let tries = 0; !detached && tries < TRIES; tries++) detached = await detach(currentFor ?? '', id);
    if (!detached) throw fault('DATABASE_BUSY');
    await states.retire(id);
    onEnded();
  };
}
