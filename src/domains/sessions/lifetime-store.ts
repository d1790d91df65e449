import type { Database } from '../../infra/database/database.ts';
import type { Lifetime } from './lifetime-rules.ts';
import type { SessionRow } from './session-store.ts';

/** Rows looked at in one sweep: the rest waits for the next, a few seconds later. */
const BATCH = 500;

export type LifetimeStore = ReturnType<typeof createLifetimeStore>;

/** When sessions end, in the database. */
export function createLifetimeStore({ database }: { database: Database }) {
  const { client } = database;
  const include = { machines: { orderBy: { id: 'asc' } } } as const;

  return {
    /**
     * Sessions that end by `soon`, those that were not warned of it or have ended by `now`. While
     * the engine is away nobody can use a session: only its total life ends it then.
     */
    due: (now: Date, soon: Date): Promise<SessionRow[]> =>
      client.session.findMany({
        where: {
          OR: [
            { state: 'ready', expiresAt: { lte: now } },
            { state: 'ready', expiresAt: { lte: soon }, warnedAt: null },
            { state: 'unreachable', endsAt: { lte: now } },
          ],
        },
        orderBy: { expiresAt: 'asc' },
        take: BATCH,
        include,
      }),

    /** Those of the ids that can be used now. */
    inUse: (ids: string[]): Promise<SessionRow[]> =>
      client.session.findMany({ where: { id: { in: ids }, state: 'ready' }, include }),

    /** Changes when the session ends, if nobody else has since the row was read. */
    async setEnd(
      row: SessionRow,
      changes: Partial<Lifetime> & { warnedAt?: Date | null },
    ): Promise<SessionRow | undefined> {
      const [changed] = await client.session.updateManyAndReturn({
        where: {
          id: row.id,
          generation: row.generation,
          expiresAt: row.expiresAt,
          endsAt: row.endsAt,
        },
        data: changes,
      });
      return changed && { ...changed, machines: row.machines };
    },
  };
}
