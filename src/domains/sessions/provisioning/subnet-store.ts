import type { Database } from '../../../infra/database/database.ts';

/** A subnet of the pool that a network of an environment uses. */
export interface AllocatedSubnet {
  index: number;
  network: string;
}

export type SubnetStore = ReturnType<typeof createSubnetStore>;

/**
 * Stores which network uses which subnet. The row of a session or a prewarmed environment names its environment before
 * the first subnet is allocated, and until all are released. So if no row names an environment, a crash left its
 * subnets behind.
 */
export function createSubnetStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Allocates a subnet; false if another network uses it. */
    async take(index: number, environmentId: string, network: string): Promise<boolean> {
      const count = await client.$executeRaw`
        INSERT INTO "Subnet" ("index", "environmentId", "network")
        VALUES (${index}, ${environmentId}, ${network})
        ON CONFLICT ("index") DO NOTHING`;
      return count === 1;
    },

    ofEnvironment: (environmentId: string): Promise<AllocatedSubnet[]> =>
      client.subnet.findMany({ where: { environmentId }, select: { index: true, network: true } }),

    async used(): Promise<number[]> {
      const rows = await client.subnet.findMany({ select: { index: true } });
      return rows.map(({ index }) => index);
    },

    /** Releases the given subnets of the environment, or all of them. */
    async release(environmentId: string, indexes?: readonly number[]): Promise<void> {
      await client.subnet.deleteMany({
        where: { environmentId, ...(indexes && { index: { in: [...indexes] } }) },
      });
    },

    /** Releases the subnets of environments that neither a session nor a prewarmed environment has. */
    async releaseForgotten(): Promise<void> {
      const allocated = await client.subnet.findMany({
        select: { environmentId: true },
        distinct: ['environmentId'],
      });
      const ids = allocated.map(({ environmentId }) => environmentId);
      // An environment moves from the prewarmed ones to a session: reading in this order finds it in one of them.
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
