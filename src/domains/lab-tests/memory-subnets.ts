import type { AllocatedSubnet, SubnetAllocatorStore } from '../sessions/provisioning/subnet-pool.ts';

/** Creates a subnet store for this process only; the engine refuses subnets that other processes use. */
export function createMemorySubnets(): SubnetAllocatorStore {
  const allocated = new Map<number, AllocatedSubnet & { environmentId: string }>();

  return {
    async take(index, environmentId, network) {
      if (allocated.has(index)) return false;
      allocated.set(index, { index, environmentId, network });
      return true;
    },
    async ofEnvironment(environmentId) {
      return [...allocated.values()].filter((subnet) => subnet.environmentId === environmentId);
    },
    async used() {
      return [...allocated.keys()];
    },
    async release(environmentId, indexes) {
      for (const { index } of await this.ofEnvironment(environmentId)) {
        if (indexes?.includes(index) ?? true) allocated.delete(index);
      }
    },
  };
}
