import type { EngineImages } from '../../../engine/engine-images.ts';
import type { PushName, PushNameStore } from './push-name-store.ts';

export type PushNames = ReturnType<typeof createPushNames>;

/** Takes names from images that these have only while they are put into the local registry. */
export function createPushNames(options: {
  store: PushNameStore;
  engine: Pick<EngineImages, 'find' | 'remove'>;
  /** Whether an image is being put there as `target`, by whatever process. */
  isPutting: (target: string) => Promise<boolean>;
}) {
  const { store, engine, isPutting } = options;

  /** One that means another image by now is somebody else's. */
  async function release({ name, imageId }: PushName): Promise<void> {
    if ((await engine.find(name))?.id === imageId && (await engine.remove(name)) === 'in-use') return;
    await store.remove(name);
  }

  return {
    /** To be called before the name is given. */
    note: (given: PushName): Promise<void> => store.put(given),

    /** Takes away what is left of work on `target`, which must be over. */
    async clear(target: string): Promise<void> {
      for (const name of await store.ofTarget(target)) await release(name);
    },

    /** Takes away what processes left that died; how many names. @throws ENGINE_UNREACHABLE */
    async sweep(): Promise<number> {
      let left = 0;
      for (const name of await store.all()) {
        if (await isPutting(name.target)) continue;
        await release(name);
        left++;
      }
      return left;
    },
  };
}
