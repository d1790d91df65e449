import type { Database } from '../../../infra/database/database.ts';

/** A place in the pool, held for a network of an environment. */
export interface HeldSubnet {
  index: number;
  network: string;
}

export type SubnetStore = ReturnType<typeof createSubnetStore>;

/**
 * Who holds which place in the pool of subnets. An environment is noted with its session, or as a warm
 * one, before it takes any, and let go of after it has given them back: so a place whose environment
 * nobody knows is one that a crash left.
 */
export function createSubnetStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Takes a place; false when another network holds it. */
    async take(index: number, environmentId: string, network: string): Promise<boolean> {
      const count = await client.$executeRaw`
        INSERT INTO "Subnet" ("index", "environmentId", "network")
        VALUES (${index}, ${environmentId}, ${network})
        ON CONFLICT ("index") DO NOTHING`;
      return count === 1;
    },

    heldBy: (environmentId: string): Promise<HeldSubnet[]> =>
      client.subnet.findMany({ where: { environmentId }, select: { index: true, network: true } }),

    async used(): Promise<number[]> {
      const rows = await client.subnet.findMany({ select: { index: true } });
      return rows.map(({ index }) => index);
    },

    /** Gives back all places of the environment, or those named. */
    async release(environmentId: string, indexes?: readonly number[]): Promise<void> {
      await client.subnet.deleteMany({
        where: { environmentId, ...(indexes && { index: { in: [...indexes] } }) },
      });
    },

    /** Gives back the places whose environment is neither a session's nor a warm one. */
    async releaseForgotten(): Promise<void> {
      const held = await client.subnet.findMany({
        select: { environmentId: true },
        distinct: ['environmentId'],
      });
      const ids = held.map(({ environmentId }) => environmentId);
      // An environment goes from the warm ones to a session: in this order it is met in one of them.
      const warm = await client.warmEnvironment.findMany({
        where: { id: { in: ids } },
        select: { id: true },
      });
      const sessions = await client.session.findMany({
        where: { environmentId: { in: ids } },
        select: { environmentId: true },
      });
      const known = new Set([...warm.map(({ id }) => id), ...sessions.map((row) => row.environmentId)]);
      const forgotten = ids.filter((id) => !known.has(id));
      await client.subnet.deleteMany({ where: { environmentId: { in: forgotten } } });
    },
  };
}
