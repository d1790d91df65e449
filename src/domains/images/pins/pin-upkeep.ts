import type { Clock } from '../../../core/clock.ts';
import type { EngineImages } from '../../../engine/engine-images.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';
import type { PinNames } from './pin-names.ts';
import type { PinStore } from './pin-store.ts';

/** Between two looks, in milliseconds: nothing here is in a hurry but the disk. */
const EVERY_MS = 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a name must have held nothing before it goes, in milliseconds: a first start gives the name, then notes the pin. */
const GRACE_MS = 10 * 60 * 1000;

export type PinUpkeep = ReturnType<typeof createPinUpkeep>;

/** Lets go of what no version in use needs, and holds again what lost its name. */
export function createPinUpkeep(options: {
  store: PinStore;
  images: Pick<EngineImages, 'find'>;
  names: PinNames;
  /** Days without a start after which a version that is no longer a lab's present one loses its pins. */
  pinDays: number;
  /** Whether a lab has just this content now. */
  isPresent: (version: { lab: string; labVersion: string }) => boolean;
  clock: Clock;
  log: Log;
}) {
  const { store, images, names, pinDays, isPresent, clock, log } = options;
  /** Since when each name was seen to hold nothing. */
  const idle = new Map<string, number>();

  async function sweep(): Promise<void> {
    const now = clock.now().getTime();
    await store.removeUnused(new Date(now - pinDays * DAY_MS), isPresent);
    const pinned = await store.imageIds();
    const wanted = new Map([...pinned].map((imageId) => [names.nameOf(imageId), imageId]));
    const held = new Set(await names.held());
    for (const [name, imageId] of wanted) {
      idle.delete(name);
      if (!held.has(name) && (await images.find(imageId))) await names.hold(imageId);
    }
    for (const name of idle.keys()) if (!held.has(name)) idle.delete(name);
    for (const name of held) {
      if (wanted.has(name)) continue;
      const since = idle.get(name) ?? now;
      idle.set(name, since);
      if (now - since >= GRACE_MS) await names.release(name);
    }
  }

  return {
    /** One look, now. @throws ENGINE_UNREACHABLE */
    sweep,

    /** Looks every hour until `signal` aborts; a failure is logged, and the next look comes. */
    async maintain(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await sweep().catch((error: unknown) =>
          log.error({ err: error }, 'Pinned images could not be looked after.'),
        );
        await delay(clock, EVERY_MS, signal);
      }
    },
  };
}
