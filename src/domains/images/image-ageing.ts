import type { Clock } from '../../core/clock.ts';
import type { EngineImages } from '../../engine/engine-images.ts';
import type { Log } from '../../core/log.ts';
import { delay } from '../../core/clock.ts';
import { ownNames, viewImage } from './image-view.ts';
import type { LabImageUse } from './image-view.ts';
import type { OwnImageStore } from './own-image-store.ts';

/** Between two looks, in milliseconds: ages are counted in days. */
const EVERY_MS = 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

export type ImageAgeing = ReturnType<typeof createImageAgeing>;

/** Removes Berth's own images that nobody has used for so many days; none where no days are set. */
export function createImageAgeing(options: {
  engine: Pick<EngineImages, 'list' | 'remove'>;
  own: OwnImageStore;
  labs: () => readonly LabImageUse[];
  pinnedBy: (imageId: string) => Promise<string[]>;
  imageDays: number | undefined;
  clock: Clock;
  log: Log;
}) {
  const { engine, own, labs, pinnedBy, imageDays, clock, log } = options;

  /** Our names of all that nobody uses now, the newest image first: none can go before what is built upon it. */
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
    await own.noteUnused(unused, now);
    const due = await own.unusedSince(new Date(now.getTime() - daysKept * DAY_MS));
    for (const name of unused.filter((each) => due.has(each))) {
      if ((await engine.remove(name)) === 'in-use') continue;
      await own.forget([name]);
      log.info({ image: name, imageDays: daysKept }, 'An image that nobody used was removed.');
    }
  }

  return {
    /** Looks now and every hour until `signal` aborts; a failure is logged, and the next look comes. */
    async maintain(signal: AbortSignal): Promise<void> {
      if (imageDays === undefined) return;
      while (!signal.aborted) {
        await sweep(imageDays).catch((error: unknown) =>
          log.error({ err: error }, 'Unused images could not be looked for.'),
        );
        await delay(clock, EVERY_MS, signal);
      }
    },
  };
}
