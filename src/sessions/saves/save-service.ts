import { fault } from '../../errors.ts';
import { mayReach, requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import { pageWindow, toPage } from '../../paging.ts';
import { authorize, requireSomebody } from '../access.ts';
import type { SessionVerb } from '../access.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import { viewSession } from '../session-view.ts';
import type { createDeleteSaved } from './delete-saved.ts';
import type { createForks } from './forks.ts';
import type { SavedListStore } from './saved-list-store.ts';
import type { SaveService } from './saved-state.ts';
import { viewSavedState } from './saved-view.ts';
import type { Saver } from './saver.ts';
import type { SavingAtEnd } from './saving-at-end.ts';
import { conflict } from './session-again.ts';
import type { createSessionAgain } from './session-again.ts';

/** Stands for learners in general, where only staff may look. */
const EVERYONE = '';

export function createSaveService(options: {
  store: Pick<SessionStore, 'find'>;
  lists: SavedListStore;
  saver: Pick<Saver, 'begin'>;
  atEnd: Pick<SavingAtEnd, 'isAllowed'>;
  again: ReturnType<typeof createSessionAgain>;
  fork: ReturnType<typeof createForks>;
  deleteSaved: ReturnType<typeof createDeleteSaved>;
}): SaveService {
  const { store, lists, saver, atEnd, again, fork, deleteSaved } = options;

  async function reach(actor: Actor | undefined, verb: SessionVerb, id: string): Promise<SessionRow> {
    requireSomebody(actor);
    const row = await store.find(id);
    authorize(actor, verb, row);
    return row;
  }

  return {
    async save(actor, id) {
      const row = await reach(actor, 'save', id);
      if (!atEnd.isAllowed(row)) throw fault('SAVE_OFF', { lab: row.labSlug });
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
      if (!row || !mayReach(actor, row.learnerId)) throw fault('SESSION_NOT_FOUND');
      requireActor(actor, { scope: 'manage', role: 'instructor' });
      return viewSession(await fork(row, actor.userId));
    },

    async list(actor, filter, page) {
      requireActor(actor, { scope: 'read' });
      const window = pageWindow(page);
      if (filter.learnerId !== undefined && !mayReach(actor, filter.learnerId)) {
        return { items: [], hasNextPage: false };
      }
      // Copies that staff made of a learner's work are not the learner's.
      const madeById = mayReach(actor, EVERYONE) ? undefined : actor.userId;
      const rows = await lists.page({ madeById, learnerId: filter.learnerId, labSlug: filter.lab }, window);
      return toPage(rows.map(viewSavedState), page);
    },

    async getMany(actor, ids) {
      requireActor(actor, { scope: 'read' });
      const rows = await lists.findMany([...new Set(ids)]);
      const mine = new Map(rows.filter((row) => mayReach(actor, row.madeById)).map((row) => [row.id, row]));
      return ids.map((id) => {
        const row = mine.get(id);
        return row && viewSavedState(row);
      });
    },

    async delete(actor, id) {
      requireSomebody(actor);
      const row = await lists.find(id);
      // What is someone else's looks like what is gone, and deleting that succeeds.
      if (row && mayReach(actor, row.madeById)) {
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
