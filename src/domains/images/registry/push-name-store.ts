import type { Database } from '../../../infra/database/database.ts';
import type { EngineImages } from '../../../engine/engine-images.ts';

/** A temporary name of an image on the engine while it is pushed into the local registry. */
interface PushName {
  name: string;
  imageId: string;
  /** Name and tag in the registry. */
  target: string;
}

type PushNameStore = ReturnType<typeof createPushNameStore>;

/** Stores these names, so that they can be removed after a crash. */
export function createPushNameStore({ database: { client } }: { database: Database }) {
  return {
    /** Returns the names of current pushes, and of those that a crash interrupted. */
    all: (): Promise<PushName[]> => client.pushName.findMany({ orderBy: { name: 'asc' } }),

    ofTarget: (target: string): Promise<PushName[]> => client.pushName.findMany({ where: { target } }),

    async put(given: PushName): Promise<void> {
      await client.pushName.upsert({ where: { name: given.name }, create: given, update: given });
    },

    async remove(name: string): Promise<void> {
      await client.pushName.deleteMany({ where: { name } });
    },
  };
}

export type PushNames = ReturnType<typeof createPushNames>;

/** Creates the removal of names that images have only while they are pushed into the local registry. */
export function createPushNames(options: {
  store: PushNameStore;
  engine: Pick<EngineImages, 'find' | 'remove'>;
  /** Returns whether any process is pushing an image as `target`. */
  isPushing: (target: string) => Promise<boolean>;
}) {
  const { store, engine, isPushing } = options;

  /** Removes the name unless it now means an image of someone else. */
  async function release({ name, imageId }: PushName): Promise<void> {
    if ((await engine.find(name))?.id === imageId && (await engine.remove(name)) === 'in-use') return;
    await store.remove(name);
  }

  return {
    /** Stores a name. Must be called before the engine gets it. */
    note: (given: PushName): Promise<void> => store.put(given),

    /** Removes the names of an ended push to `target`. */
    async clear(target: string): Promise<void> {
      for (const name of await store.ofTarget(target)) await release(name);
    },

    /**
     * Removes the names that dead processes left. Returns how many.
     * @throws ENGINE_UNREACHABLE
     */
    async sweep(): Promise<number> {
      let removed = 0;
      for (const name of await store.all()) {
        if (await isPushing(name.target)) continue;
        await release(name);
        removed++;
      }
      return removed;
    },
  };
}
