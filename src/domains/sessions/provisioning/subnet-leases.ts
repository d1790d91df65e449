import { createTurns } from '../../../core/turns.ts';
import type { SubnetPool } from './subnet-pool.ts';
import type { HeldSubnet, SubnetStore } from './subnet-store.ts';

export type { HeldSubnet };

/** Where it is noted who holds which place in the pool. */
export type SubnetLeaseStore = Pick<SubnetStore, 'take' | 'heldBy' | 'used' | 'release'>;

/** Draws that ask the database at the same time: a class that starts at once leaves connections for others. */
const DRAWS_AT_ONCE = 4;

export type SubnetLeases = ReturnType<typeof createSubnetLeases>;

/** Subnets for the networks of environments: from the pool, noted in the database. */
export function createSubnetLeases({ pool, subnets }: { pool: SubnetPool; subnets: SubnetLeaseStore }) {
  const turns = createTurns(DRAWS_AT_ONCE);

  return {
    /**
     * A subnet for each of the networks, by its name; those that the environment holds already stay.
     * @throws SUBNETS_EXHAUSTED
     */
    async lease(
      environmentId: string,
      networks: readonly { name: string }[],
    ): Promise<ReadonlyMap<string, string>> {
      return turns.run(async () => {
        const held = await subnets.heldBy(environmentId);
        const leased = new Map(held.map(({ network, index }) => [network, pool.subnet(index)]));
        for (const { name } of networks) {
          if (leased.has(name)) continue;
          const take = (index: number) => subnets.take(index, environmentId, name);
          leased.set(name, pool.subnet(await pool.allocate(take, subnets.used)));
        }
        return leased;
      });
    },

    /** The engine refused this one of the environment's subnets, or one of them it did not name. */
    async refuse(environmentId: string, subnet: unknown): Promise<void> {
      const held = await subnets.heldBy(environmentId);
      const named = held.filter(({ index }) => pool.subnet(index) === subnet);
      const refused = (named.length > 0 ? named : held).map(({ index }) => index);
      for (const index of refused) pool.refuse(index);
      await subnets.release(environmentId, refused);
    },
  };
}
