import type { Database } from '../../database/database.ts';

/** Where it is kept when what machines wrote was last measured, as ISO text: it sorts as times do. */
const KEY = 'machines.measured';

export type MeasuringStore = ReturnType<typeof createMeasuringStore>;

/** Whose turn it is to measure: all processes look at one engine, and one of them is enough. */
export function createMeasuringStore({ database }: { database: Database }) {
  const { client } = database;
  return {
    /** Takes the turn, if the last one was `everyMs` ago or longer. */
    async takeTurn(now: Date, everyMs: number): Promise<boolean> {
      const never = new Date(0).toISOString();
      await client.setting.upsert({ where: { key: KEY }, create: { key: KEY, value: never }, update: {} });
      const due = new Date(now.getTime() - everyMs).toISOString();
      const { count } = await client.setting.updateMany({
        where: { key: KEY, value: { lte: due } },
        data: { value: now.toISOString() },
      });
      return count === 1;
    },
  };
}
