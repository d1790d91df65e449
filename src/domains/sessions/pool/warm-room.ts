import type { Shortage } from '../capacity/shortage.ts';
import type { WarmPool } from './warm-pool.ts';
import type { WarmRemoval } from './warm-removal.ts';
import type { WarmStore } from './warm-store.ts';

export type WarmRoom = ReturnType<typeof createWarmRoom>;

/** What the pools take of the engine, and give back where learners need it. */
export function createWarmRoom(options: {
  store: Pick<WarmStore, 'all' | 'pools'>;
  pool: Pick<WarmPool, 'leave'>;
  removal: Pick<WarmRemoval, 'flush'>;
}) {
  const { store, pool, removal } = options;

  return {
    /** Bytes that the machines of all prewarmed environments may take together. */
    async memoryBytes(): Promise<number> {
      return (await store.all()).reduce((sum, environment) => sum + environment.memoryBytes, 0);
    },

    /**
     * Removes environments that are ready until so much is free, those of the lab first that nobody
     * has needed for longest; how much this gave, less where there were too few.
     */
    async free({ of, amount }: Shortage): Promise<number> {
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
