import type { Clock } from '../../../core/clock.ts';
import type { EngineImages } from '../../../engine/engine-images.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';
import type { PinNames } from './pins.ts';
import type { PinStore } from './pin-store.ts';

/** Interval between two sweeps, in milliseconds: only disk space depends on it. */
const EVERY_MS = 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
/**
 * How long a name must be unused before it is removed, in milliseconds: a first start gives the name before it stores
 * the pin.
 */
const GRACE_MS = 10 * 60 * 1000;

export type PinMaintenance = ReturnType<typeof createPinMaintenance>;

/**
 * Creates the maintenance that releases images which no used version needs, and protects pinned images that lost their
 * name.
 */
export function createPinMaintenance(options: {
  store: PinStore;
  images: Pick<EngineImages, 'find'>;
  names: PinNames;
  /** Days without a start after which a former version of a lab loses its pins. */
  pinDays: number;
  /** Returns whether this is the current version of the lab. */
  isPresent: (version: { lab: string; labVersion: string }) => boolean;
  clock: Clock;
  log: Log;
}) {
  const { store, images, names, pinDays, isPresent, clock, log } = options;
  /** By name, since when it has been unused. */
  const idle = new Map<string, number>();

  async function sweep(): Promise<void> {
    const now = clock.now().getTime();
    await store.removeUnused(new Date(now - pinDays * DAY_MS), isPresent);
    const pinned = await store.imageIds();
    const wanted = new Map([...pinned].map((imageId) => [names.nameOf(imageId), imageId]));
    const existing = new Set(await names.list());
    for (const [name, imageId] of wanted) {
      idle.delete(name);
      if (!existing.has(name) && (await images.find(imageId))) await names.protect(imageId);
    }
    for (const name of idle.keys()) if (!existing.has(name)) idle.delete(name);
    for (const name of existing) {
      if (wanted.has(name)) continue;
      const since = idle.get(name) ?? now;
      idle.set(name, since);
      if (now - since >= GRACE_MS) await names.release(name);
    }
  }

  return {
    /**
     * Sweeps once.
     * @throws ENGINE_UNREACHABLE
     */
    sweep,

    /** Sweeps every hour until `signal` aborts. A failure is logged, and the next sweep tries again. */
    async maintain(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await sweep().catch((error: unknown) =>
          log.error({ err: error }, 'maintaining pinned images failed'),
        );
        await delay(clock, EVERY_MS, signal);
      }
    },
  };
}
