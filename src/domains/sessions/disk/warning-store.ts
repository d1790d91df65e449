import type { Database } from '../../../infra/database/database.ts';

export type WarningStore = ReturnType<typeof createWarningStore>;

/** How full machines are, in the database. */
export function createWarningStore({ database }: { database: Database }) {
  return {
    /** Notes it for a machine of a session that can be worked in; whether that was not known. */
    async note(sessionId: string, machine: string, diskPercent: number | undefined): Promise<boolean> {
      const now = diskPercent ?? null;
      const { count } = await database.client.machine.updateMany({
        where: {
          sessionId,
          name: machine,
          session: { state: 'ready' },
          // Where it is not known yet, "not 95" alone does not say so in SQL.
          OR: [{ diskPercent: { not: now } }, ...(now === null ? [] : [{ diskPercent: null }])],
        },
        data: { diskPercent: now },
      });
      return count > 0;
    },
  };
}
