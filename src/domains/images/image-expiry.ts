import type { Clock } from '../../core/clock.ts';
import type { EngineImages } from '../../engine/engine-images.ts';
import type { Log } from '../../core/log.ts';
import { delay } from '../../core/clock.ts';
import { DAY_MS } from '../../core/units.ts';
import { ownNames, viewImage } from './image-view.ts';
import type { LabImageUse } from './image-view.ts';
import type { ManagedImageStore } from './managed-image-store.ts';

/** Interval between two sweeps, in milliseconds: ages are counted in days. */
const EVERY_MS = 60 * 60 * 1000;

/**
 * Creates the maintenance that removes managed images that have not been used for `imageDays` days; none if that is
 * undefined.
 */
export function createImageExpiry(options: {
  engine: Pick<EngineImages, 'list' | 'remove'>;
  own: ManagedImageStore;
  labs: () => readonly LabImageUse[];
  pinnedBy: (imageId: string) => Promise<string[]>;
  imageDays: number | undefined;
  clock: Clock;
  log: Log;
}) {
  const { engine, own, labs, pinnedBy, imageDays, clock, log } = options;

  /**
   * Returns the managed names of unused images, newest first: an image can only be removed before the one it is built
   * on.
   */
  async function unusedNames(): Promise<string[]> {
    const [images, ours] = [await engine.list(), await own.all()];
    const names: string[] = [];
    for (const image of images) {
      const view = viewImage(image, { own: ours, labs: labs() }, await pinnedBy(image.id));
      if (view.prunable) names.push(...ownNames(image, ours));
    }
    return names;
  }

  async function sweep(daysKept: number): Promise<void> {
    const now = clock.now();
    const unused = await unusedNames();
    await own.markUnused(unused, now);
    const due = await own.unusedSince(new Date(now.getTime() - daysKept * DAY_MS));
    for (const name of unused.filter((each) => due.has(each))) {
      if ((await engine.remove(name)) === 'in-use') continue;
      await own.forget([name]);
      log.info({ image: name, imageDays: daysKept }, 'removed an unused image');
    }
  }

  return {
    /** Sweeps now and every hour until `signal` aborts. A failure is logged, and the next sweep tries again. */
    async maintain(signal: AbortSignal): Promise<void> {
      if (imageDays === undefined) return;
      while (!signal.aborted) {
        await sweep(imageDays).catch((error: unknown) =>
          log.error({ err: error }, 'removing unused images failed'),
        );
        await delay(clock, EVERY_MS, signal);
      }
    },
  };
}
