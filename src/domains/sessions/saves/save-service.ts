import { fault } from '../../../core/errors.ts';
import { mayReach, requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import { pageWindow, toPage } from '../../../core/paging.ts';
import { authorize, reaches, requireSomebody } from '../access.ts';
import type { HiddenOwners, SessionAction } from '../access.ts';
import type { SessionService } from '../session.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import { viewSession } from '../session-view.ts';
import { hasSaved } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { createForks, createSessionResume } from './session-resume.ts';
import type { SavedQuota } from './saved-quota.ts';
import type { SavedListStore } from './saved-list-store.ts';
import type { SaveService, SavedState } from './saved-state.ts';
import type { SavedStateRow, SavedStateStore } from './saved-state-store.ts';
import type { Saver, SavingAtEnd } from './saver.ts';
import { conflict } from './session-resume.ts';

/** Stands for all learners: only staff may access it. */
const EVERYONE = '';

export function createSaveService(options: {
  store: Pick<SessionStore, 'find'>;
  lists: SavedListStore;
  quota: Pick<SavedQuota, 'usage'>;
  saver: Pick<Saver, 'begin'>;
  /** Returns the bytes of the engine's disk that saved states may use; undefined if the disk is not readable. */
  saveCapacity: () => Promise<number | undefined>;
  atEnd: Pick<SavingAtEnd, 'isAllowed'>;
  resumption: ReturnType<typeof createSessionResume>;
  fork: ReturnType<typeof createForks>;
  deleteSaved: ReturnType<typeof createDeleteSaved>;
  hiddenFrom: SessionService['hiddenFrom'];
}): SaveService {
  const { store, lists, quota, saver, saveCapacity, atEnd, resumption, fork, deleteSaved, hiddenFrom } =
    options;

  async function access(actor: Actor | undefined, action: SessionAction, id: string): Promise<SessionRow> {
    requireSomebody(actor);
    const row = await store.find(id);
    authorize(actor, action, row, await hiddenFrom(actor));
    return row;
  }

  return {
    async save(actor, id) {
      const row = await access(actor, 'save', id);
      if (!atEnd.isAllowed(row)) throw fault('SAVE_OFF', { lab: row.labSlug });
      // Checked before its machines are stopped: on a full disk, the engine may not start them again.
      if (((await saveCapacity()) ?? Infinity) <= 0)
        throw fault('DISK_FULL', { where: 'the container engine' });
      const saving = row.state === 'ready' ? await saver.begin(row) : undefined;
      if (saving) return viewSession(saving);
      const now = await store.find(id);
      if (!now) throw fault('SESSION_NOT_FOUND');
      // A second request joins the first.
      if (now.state === 'saving') return viewSession(now);
      throw conflict(now.state, 'be saved');
    },

    async resume(actor, id) {
      return viewSession(await resumption.resume(await access(actor, 'resume', id)));
    },

    async reset(actor, id) {
      return viewSession(await resumption.reset(await access(actor, 'reset', id)));
    },

    async fork(actor, id) {
      requireSomebody(actor);
      const row = await store.find(id);
      const hidden = await hiddenFrom(actor);
      if (!row || !reaches(actor, hidden, row.learnerId)) throw fault('SESSION_NOT_FOUND');
      requireActor(actor, { scope: 'manage', role: 'instructor' });
      return viewSession(await fork(row, actor.userId));
    },

    async list(actor, filter, page) {
      requireActor(actor, { scope: 'read' });
      const window = pageWindow(page);
      const hidden = await hiddenFrom(actor);
      if (filter.learnerId !== undefined && !reaches(actor, hidden, filter.learnerId)) {
        return { items: [], hasNextPage: false };
      }
      // Copies that staff made of a learner's work do not belong to the learner.
      const madeById = mayReach(actor, EVERYONE) ? undefined : actor.userId;
      const { learnerId, lab: labSlug } = filter;
      const rows = await lists.page({ madeById, learnerId, notOf: hidden, labSlug }, window);
      return toPage(rows.map(viewSavedState), page);
    },

    async usage(actor, learnerId) {
      requireActor(actor, { scope: 'read' });
      const id = learnerId ?? actor.userId;
      if (!reaches(actor, await hiddenFrom(actor), id)) throw fault('USER_NOT_FOUND');
      return quota.usage(id);
    },

    async getMany(actor, ids) {
      requireActor(actor, { scope: 'read' });
      const rows = await lists.findMany([...new Set(ids)]);
      const hidden = await hiddenFrom(actor);
      const there = rows.filter((row) => isThere(actor, hidden, row));
      const mine = new Map(there.map((row) => [row.id, row]));
      return ids.map((id) => {
        const row = mine.get(id);
        return row && viewSavedState(row);
      });
    },

    async delete(actor, id) {
      requireSomebody(actor);
      const row = await lists.find(id);
      // Another user's state looks like a deleted one, and deleting that succeeds.
      if (row && isThere(actor, await hiddenFrom(actor), row)) {
        const isOwn = actor.userId === row.madeById;
        requireActor(actor, isOwn ? { scope: 'learn' } : { scope: 'manage', role: 'admin' });
        await deleteSaved(row);
        return true;
      }
      requireActor(actor, { scope: 'learn' });
      return false;
    },
  };
}

/** Returns whether the actor may see a saved state, which has an owner and the learner whose work it contains. */
function isThere(
  actor: Actor,
  hidden: HiddenOwners,
  { madeById, learnerId }: Pick<SavedStateRow, 'madeById' | 'learnerId'>,
): boolean {
  return reaches(actor, hidden, madeById) && !hidden.has(learnerId);
}

/** Returns the saved state as the service reports it. Pure. */
function viewSavedState(row: SavedStateRow): SavedState {
  return {
    id: row.id,
    learnerId: row.learnerId,
    labSlug: row.labSlug,
    labVersion: row.labVersion,
    sessionId: row.currentFor ?? '',
    isFork: row.madeById !== row.learnerId,
    bytes: Number(row.bytes),
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  };
}

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

  /**
   * Separates the session from the state: a saved session ends, a running one continues. Returns whether that took
   * effect.
   */
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
