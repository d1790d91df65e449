import type { EngineImages } from '../../../engine/engine-images.ts';
import { prunableNames, viewImage } from '../image-view.ts';
import type { LabImageUse } from '../image-view.ts';
import type { JobWork } from './job.ts';
import type { ManagedImageStore } from '../managed-image-store.ts';

/**
 * Creates the work that removes unused managed images, newest first: an image can only be removed before the one it is
 * built on.
 */
export function pruneWork(options: {
  engine: Pick<EngineImages, 'find' | 'list' | 'remove'>;
  own: ManagedImageStore;
  labs: () => readonly LabImageUse[];
  pinnedBy: (imageId: string) => Promise<string[]>;
}): JobWork {
  const { engine, own, labs, pinnedBy } = options;
  return async ({ signal, progress, print }) => {
    const removed: string[] = [];
    let removedBytes = 0;
    const [images, ours] = [await engine.list(), await own.all()];
    await own.forget(
      ours.filter(({ imageId }) => !images.some(({ id }) => id === imageId)).map(({ name }) => name),
    );
    for (const [index, image] of images.entries()) {
      signal.throwIfAborted();
      progress({ percent: Math.floor((100 * index) / images.length) });
      // The labs may have changed since the last image.
      const view = viewImage(image, { own: ours, labs: labs() }, await pinnedBy(image.id));
      if (!view.prunable) continue;
      for (const name of prunableNames(image, ours)) {
        const outcome = await engine.remove(name);
        if (outcome === 'in-use') {
          print(`${name} stays: another image or a new container uses it.`);
          continue;
        }
        await own.forget([name]);
        removed.push(name);
        print(`Removed ${name}`);
      }
      if (!(await engine.find(image.id))) removedBytes += image.sizeBytes;
      progress({ removed: [...removed], removedBytes });
    }
    progress({ percent: 100, removed, removedBytes });
  };
}
