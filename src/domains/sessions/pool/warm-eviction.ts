import type { MissingCapacity } from '../capacity/admission.ts';
import type { WarmPool } from './warm-pool.ts';
import type { WarmRemoval } from './warm-removal.ts';
import type { WarmStore } from './warm-store.ts';

export type WarmEviction = ReturnType<typeof createWarmEviction>;

/** Removes prewarmed environments when learners need their capacity. */
export function createWarmEviction(options: {
  store: Pick<WarmStore, 'all' | 'pools'>;
  pool: Pick<WarmPool, 'leave'>;
  removal: Pick<WarmRemoval, 'flush'>;
}) {
  const { store, pool, removal } = options;

  return {
    /** Returns the memory limits of all prewarmed environments together, in bytes. */
    async memoryBytes(): Promise<number> {
      return (await store.all()).reduce((sum, environment) => sum + environment.memoryBytes, 0);
    },

    /**
     * Removes ready environments until the missing capacity is free, first those of the least recently used lab. Returns
     * how much became free, which is less if there were too few.
     */
    async evict({ of, amount }: MissingCapacity): Promise<number> {
      const neededAt = new Map((await store.pools()).map((row) => [row.labSlug, row.neededAt.getTime()]));
      const age = ({ labSlug }: { labSlug: string }) => neededAt.get(labSlug) ?? 0;
      const ready = (await store.all())
        .filter(({ state }) => state === 'ready')
        .sort((one, other) => age(one) - age(other));
      let freed = 0;
      for (const { id, [of]: share } of ready) {
        if (freed >= amount) break;
        // A session may have taken it meanwhile.
        if (share > 0 && (await pool.leave([id])).length > 0) freed += share;
      }
      if (freed > 0) await removal.flush();
      return freed;
    },
  };
}
