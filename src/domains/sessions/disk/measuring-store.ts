import type { Database } from '../../../infra/database/database.ts';
import { isUniqueViolation } from '../../../infra/database/unique-violation.ts';

/** Where it is kept when what machines wrote was last measured, as ISO text: it sorts as times do. */
const KEY = 'machines.measured';

export type MeasuringStore = ReturnType<typeof createMeasuringStore>;

/** Whose turn it is to measure: all processes look at one engine, and one of them is enough. */
export function createMeasuringStore({ database }: { database: Database }) {
  const { client } = database;
  return {
    /** Takes the turn, if the last one was `everyMs` ago or longer. */
    async takeTurn(now: Date, everyMs: number): Promise<boolean> {
      const value = now.toISOString();
      const due = new Date(now.getTime() - everyMs).toISOString();
      const { count } = await client.setting.updateMany({
        where: { key: KEY, value: { lte: due } },
        data: { value },
      });
      if (count === 1) return true;
      if (await client.setting.findUnique({ where: { key: KEY } })) return false;
      return isFirst(client.setting.create({ data: { key: KEY, value } }));
    },
  };
}

/** Whether the row is made; false when another process was first. */
async function isFirst(creation: Promise<unknown>): Promise<boolean> {
  try {
    await creation;
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}
