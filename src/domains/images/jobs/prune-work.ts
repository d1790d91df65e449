import type { EngineImages } from '../../../engine/engine-images.ts';
import { prunableNames, viewImage } from '../image-view.ts';
import type { LabImageUse } from '../image-view.ts';
import type { JobWork } from './job.ts';
import type { OwnImageStore } from '../own-image-store.ts';

/** Work that removes Berth's own images that nobody uses, the newest first: none can go before what is built upon it. */
export function pruneWork(options: {
  engine: Pick<EngineImages, 'find' | 'list' | 'remove'>;
  own: OwnImageStore;
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
      // The labs may have changed since the last one.
      const view = viewImage(image, { own: ours, labs: labs() }, await pinnedBy(image.id));
      if (!view.prunable) continue;
      for (const name of prunableNames(image, ours)) {
        const outcome = await engine.remove(name);
        if (outcome === 'in-use') {
          print(`${name} stays: something is built upon it, or was started from it just now.`);
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
