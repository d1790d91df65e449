import type { HeldSubnet, SubnetLeaseStore } from '../sessions/provisioning/subnet-leases.ts';

/** Who holds which place in the pool of subnets, as far as this process goes: what others have the engine refuses. */
export function createMemorySubnets(): SubnetLeaseStore {
  const held = new Map<number, HeldSubnet & { environmentId: string }>();

  return {
    async take(index, environmentId, network) {
      if (held.has(index)) return false;
      held.set(index, { index, environmentId, network });
      return true;
    },
    async heldBy(environmentId) {
      return [...held.values()].filter((subnet) => subnet.environmentId === environmentId);
    },
    async used() {
      return [...held.keys()];
    },
    async release(environmentId, indexes) {
      for (const { index } of await this.heldBy(environmentId)) {
        if (indexes?.includes(index) ?? true) held.delete(index);
      }
    },
  };
}
