import { requireActor } from '../../../../src/domains/identity/actor.ts';
import type { Actor } from '../../../../src/domains/identity/actor.ts';
import type { Page, PageRequest } from '../../../../src/core/paging.ts';
import type { SaveService } from '../../../../src/domains/sessions/saves/saved-state.ts';
import type { Session } from '../../../../src/domains/sessions/session.ts';
import { savedState } from './world.ts';
import type { World } from './world.ts';

/** Saved sessions in memory. */
export function savesOf(
  { calls, addSession, change }: World,
  accessibleSession: (actor: Actor | undefined, id: string) => Session,
  pageOf: <T extends { id: string }>(all: T[], page: PageRequest) => Page<T>,
): SaveService {
  return {
    save: async (actor, id) =>
      change(accessibleSession(actor, id).id, { state: 'saving', saving: { machine: 'main', percent: 50 } }),
    resume: async (actor, id) => change(accessibleSession(actor, id).id, { state: 'queued' }),
    reset: async (actor, id) => change(accessibleSession(actor, id).id, { state: 'queued' }),
    async fork(actor, id) {
      const source = accessibleSession(actor, id);
      requireActor(actor, { scope: 'manage', role: 'instructor' });
      return addSession(actor.userId, { state: 'queued', forkOfId: source.id });
    },
    async list(actor, _filter, page) {
      requireActor(actor, { scope: 'read' });
      return pageOf([savedState], page);
    },
    async usage(actor) {
      requireActor(actor, { scope: 'read' });
      return { bytes: 5_000_000_000, limitBytes: 20 * 1024 ** 3 };
    },
    async getMany(actor, ids) {
      calls.push(`saves.getMany ${ids.length}`);
      requireActor(actor, { scope: 'read' });
      return ids.map((id) => (id === savedState.id ? savedState : undefined));
    },
    async delete(actor, id) {
      requireActor(actor, { scope: 'learn' });
      return id === savedState.id;
    },
  };
}
