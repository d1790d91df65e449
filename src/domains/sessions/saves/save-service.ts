import { fault } from '../../../core/errors.ts';
import { requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import { pageWindow, toPage } from '../../../core/paging.ts';
import type { WorkAccess } from '../../identity/work-access.ts';
import { authorize, requireSomebody } from '../access.ts';
import type { SessionAction } from '../access.ts';
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
  workAccess: WorkAccess;
}): SaveService {
  const { store, lists, quota, saver, saveCapacity, atEnd, resumption, fork, deleteSaved, workAccess } =
    options;

  async function access(actor: Actor | undefined, action: SessionAction, id: string): Promise<SessionRow> {
    requireSomebody(actor);
    return await authorize(workAccess, actor, action, await store.find(id));
  }

  /** Returns those of the states that the actor may see. Copies are visible to their maker and to admins. */
  async function seen(actor: Actor, rows: SavedStateRow[]): Promise<SavedStateRow[]> {
    const isCopyOfOthers = ({ madeById, learnerId }: SavedStateRow) =>
      madeById !== learnerId && madeById !== actor.userId;
    const visible = rows.filter((row) => actor.role === 'admin' || !isCopyOfOthers(row));
    const accessible = new Set(await workAccess.among(actor, visible));
    return visible.filter((row) => row.madeById === actor.userId || accessible.has(row));
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
      if (!row || !(await workAccess.includes(actor, row))) throw fault('SESSION_NOT_FOUND');
      // Only staff get here with work of others. Students need no copy of their work.
      const isOwn = row.learnerId === actor.userId;
      requireActor(actor, { scope: 'manage', ...(isOwn && { role: 'instructor' }) });
      return viewSession(await fork(row, actor.userId));
    },

    async list(actor, filter, page) {
      requireActor(actor, { scope: 'read' });
      const window = pageWindow(page);
      const { learnerId, lab: labSlug } = filter;
      const viewerId = actor.role === 'admin' ? undefined : actor.userId;
      const limits = await workAccess.limits(actor, learnerId);
      const rows = await lists.page({ viewerId, limits, learnerId, labSlug }, window);
      return toPage(rows.map(viewSavedState), page);
    },

    async usage(actor, learnerId) {
      requireActor(actor, { scope: 'read' });
      const id = learnerId ?? actor.userId;
      if (!(await workAccess.includes(actor, { learnerId: id }))) throw fault('USER_NOT_FOUND');
      return quota.usage(id);
    },

    async getMany(actor, ids) {
      requireActor(actor, { scope: 'read' });
      const rows = await lists.findMany([...new Set(ids)]);
      const there = await seen(actor, rows);
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
      if (row && (await seen(actor, [row])).length > 0) {
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
