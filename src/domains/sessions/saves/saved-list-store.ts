import type { Database } from '../../../infra/database/database.ts';
import type { AccessLimits } from '../../identity/work-access-limits.ts';
import { accessibleAmongFew, accessibleWork, newestOf } from '../../identity/work-access-limits.ts';
import type { SavedStateRow } from './saved-state-store.ts';

/** Rows in one query, and expired states in one check. */
const BATCH = 500;

export type SavedListStore = ReturnType<typeof createSavedListStore>;

/** Finds saved states, and those that are no longer needed. */
export function createSavedListStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    find: (id: string): Promise<SavedStateRow | null> =>
      client.savedState.findFirst({ where: { id, state: 'complete' } }),

    findMany: (ids: readonly string[]): Promise<SavedStateRow[]> =>
      client.savedState.findMany({ where: { id: { in: [...ids] }, state: 'complete' } }),

    /** Returns complete states, newest first. */
    async page(
      filter: {
        learnerId?: string | undefined;
        /** Whose work is included; undefined: everybody's. */
        limits: AccessLimits | undefined;
        /** Who sees no copies of others; undefined: all copies are included. */
        viewerId: string | undefined;
        labSlug?: string | undefined;
      },
      { take, after }: { take: number; after: string | undefined },
    ): Promise<SavedStateRow[]> {
      const { viewerId, learnerId } = filter;
      const isOriginal = { madeById: { equals: client.savedState.fields.learnerId } };
      const accessible = (learnerId === undefined ? accessibleWork : accessibleAmongFew)(filter.limits).map(
        (work) => ({ AND: [isOriginal, work] }),
      );
      const seen = viewerId === undefined ? [{}] : [{ madeById: viewerId }, ...accessible];
      const where = {
        state: 'complete' as const,
        ...(learnerId !== undefined && { learnerId }),
        ...(filter.labSlug !== undefined && { labSlug: filter.labSlug }),
        ...(after !== undefined && { id: { lt: after } }),
      };
      const page = { orderBy: { id: 'desc' }, take } as const;
      return await newestOf(seen, take, {
        ids: (condition) =>
          client.savedState.findMany({
            where: { ...where, AND: [condition] },
            ...page,
            select: { id: true },
          }),
        rows: (condition) => client.savedState.findMany({ where: { ...where, AND: [condition] }, ...page }),
      });
    },

    /** Returns ids of saved sessions whose state has expired, only a part of them if there are many. */
    async expired(now: Date): Promise<string[]> {
      const found: string[] = [];
      let after = '';
      while (found.length < BATCH) {
        const states = await client.savedState.findMany({
          where: { state: 'complete', expiresAt: { lte: now }, id: { gt: after } },
          select: { id: true },
          orderBy: { id: 'asc' },
          take: BATCH,
        });
        const sessions = await client.session.findMany({
          where: { savedStateId: { in: states.map(({ id }) => id) }, state: 'saved' },
          select: { id: true },
        });
        found.push(...sessions.map(({ id }) => id));
        if (states.length < BATCH) break;
        after = states.at(-1)?.id ?? '';
      }
      return found;
    },

    /** Retires complete states whose session has ended, is gone, or has another state. */
    async retireUnused(): Promise<void> {
      let after = '';
      for (;;) {
        const states = await client.savedState.findMany({
          where: { state: 'complete', id: { gt: after } },
          select: { id: true, currentFor: true },
          orderBy: { id: 'asc' },
          take: BATCH,
        });
        const ids = states.map(({ id }) => id);
        const used = await client.session.findMany({
          where: { savedStateId: { in: ids }, activeKey: { not: null } },
          select: { savedStateId: true },
        });
        const needed = new Set(used.map(({ savedStateId }) => savedStateId));
        const unused = ids.filter((id) => !needed.has(id));
        if (unused.length > 0) {
          await client.savedState.updateMany({
            where: { id: { in: unused } },
            data: { state: 'removing', currentFor: null },
          });
        }
        if (states.length < BATCH) return;
        after = ids.at(-1) ?? '';
      }
    },
  };
}
