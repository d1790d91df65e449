import type { Database } from '../../infra/database/database.ts';
import type { Lifetime } from './lifetime-rules.ts';
import type { SessionRow } from './session-store.ts';

/** Rows in one check; the next one, a few seconds later, finds the rest. */
const BATCH = 500;

export type LifetimeStore = ReturnType<typeof createLifetimeStore>;

/** Stores when sessions end. */
export function createLifetimeStore({ database }: { database: Database }) {
  const { client } = database;
  const include = { machines: { orderBy: { id: 'asc' } } } as const;

  return {
    /**
     * Finds sessions that end by `now`, and those that end by `soon` without a warning yet. While the engine does not
     * answer, nobody can use a session: then only its total lifetime ends it.
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

    /** Finds which of these sessions are ready. */
    inUse: (ids: string[]): Promise<SessionRow[]> =>
      client.session.findMany({ where: { id: { in: ids }, state: 'ready' }, include }),

    /** Finds the active sessions of these assignments. */
    ofAssignments: (assignmentIds: string[]): Promise<SessionRow[]> =>
      client.session.findMany({
        where: { assignmentId: { in: assignmentIds }, activeKey: { not: null } },
        include,
      }),

    async find(id: string): Promise<SessionRow | undefined> {
      return (await client.session.findUnique({ where: { id }, include })) ?? undefined;
    },

    /** Changes when the session ends, if nobody else changed it since the row was read. */
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
          closesAt: row.closesAt,
          timeLimitMinutes: row.timeLimitMinutes,
        },
        data: changes,
      });
      return changed && { ...changed, machines: row.machines };
    },
  };
}
