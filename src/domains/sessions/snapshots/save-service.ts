import { fault } from '../../../core/errors.ts';
import { mayReach, requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import { pageWindow, toPage } from '../../../core/paging.ts';
import { authorize, reaches, requireSomebody } from '../access.ts';
import type { HiddenOwners, SessionVerb } from '../access.ts';
import type { SessionService } from '../session.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import { viewSession } from '../session-view.ts';
import type { createDeleteSaved } from './delete-saved.ts';
import type { createForks } from './forks.ts';
import type { SavedQuota } from './saved-quota.ts';
import type { SavedListStore } from './saved-list-store.ts';
import type { SaveService, SavedState } from './saved-state.ts';
import type { SavedStateRow } from './saved-state-store.ts';
import type { Saver } from './saver.ts';
import type { SavingAtEnd } from './saving-at-end.ts';
import { conflict } from './session-again.ts';
import type { createSessionAgain } from './session-again.ts';

/** Stands for learners in general, where only staff may look. */
const EVERYONE = '';

export function createSaveService(options: {
  store: Pick<SessionStore, 'find'>;
  lists: SavedListStore;
  quota: Pick<SavedQuota, 'usage'>;
  saver: Pick<Saver, 'begin'>;
  /** Bytes that saved sessions may take of the engine's disk now; undefined where it cannot be seen. */
  saveCapacity: () => Promise<number | undefined>;
  atEnd: Pick<SavingAtEnd, 'isAllowed'>;
  again: ReturnType<typeof createSessionAgain>;
  fork: ReturnType<typeof createForks>;
  deleteSaved: ReturnType<typeof createDeleteSaved>;
  hiddenFrom: SessionService['hiddenFrom'];
}): SaveService {
  const { store, lists, quota, saver, saveCapacity, atEnd, again, fork, deleteSaved, hiddenFrom } = options;

  async function reach(actor: Actor | undefined, verb: SessionVerb, id: string): Promise<SessionRow> {
    requireSomebody(actor);
    const row = await store.find(id);
    authorize(actor, verb, row, await hiddenFrom(actor));
    return row;
  }

  return {
    async save(actor, id) {
      const row = await reach(actor, 'save', id);
      if (!atEnd.isAllowed(row)) throw fault('SAVE_OFF', { lab: row.labSlug });
      // Before its machines are stopped: an engine with a full disk may not start them again.
      if (((await saveCapacity()) ?? Infinity) <= 0)
        throw fault('DISK_FULL', { where: 'the container engine' });
      const saving = row.state === 'ready' ? await saver.begin(row) : undefined;
      if (saving) return viewSession(saving);
      const now = await store.find(id);
      if (!now) throw fault('SESSION_NOT_FOUND');
      // Asked for twice, it is done once.
      if (now.state === 'saving') return viewSession(now);
      throw conflict(now.state, 'be saved');
    },

    async resume(actor, id) {
      return viewSession(await again.resume(await reach(actor, 'resume', id)));
    },

    async reset(actor, id) {
      return viewSession(await again.reset(await reach(actor, 'reset', id)));
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
      // Copies that staff made of a learner's work are not the learner's.
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
      // What is someone else's looks like what is gone, and deleting that succeeds.
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

/** A saved state belongs to who made it; what it holds is its learner's. */
function isThere(
  actor: Actor,
  hidden: HiddenOwners,
  { madeById, learnerId }: Pick<SavedStateRow, 'madeById' | 'learnerId'>,
): boolean {
  return reaches(actor, hidden, madeById) && !hidden.has(learnerId);
}

/** The saved state as services give it out. Pure. */
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
