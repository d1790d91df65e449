import type { Clock } from '../../../core/clock.ts';
import { delay } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { EngineImages } from '../../../engine/engine-images.ts';
import type { Log } from '../../../core/log.ts';
import { DAY_MS } from '../../../core/units.ts';
import { createPinNames, createPinService, createImagePins } from './pins.ts';
import type { PinNames } from './pins.ts';
import { createPinStore } from './pin-store.ts';
import type { PinStore } from './pin-store.ts';

/** Creates the services of pins. Nothing is released before `maintenance.maintain` runs. */
export function createPins(options: {
  database: Database;
  images: EngineImages;
  installation: string;
  pinDays: number;
  /** Returns the current version of a lab; undefined if the lab does not exist. */
  presentVersion: (slug: string) => string | undefined;
  clock: Clock;
  log: Log;
}) {
  const { database, images, installation, pinDays, presentVersion, clock, log } = options;
  const store = createPinStore({ database });
  const names = createPinNames({ images, installation });
  return {
    pins: createImagePins({ store, images, names, clock }),
    service: createPinService({ store, hasLab: (slug) => presentVersion(slug) !== undefined }),
    maintenance: createPinMaintenance({
      store,
      images,
      names,
      pinDays,
      isPresent: ({ lab, labVersion }) => presentVersion(lab) === labVersion,
      clock,
      log,
    }),
  };
}

/** Interval between two sweeps, in milliseconds: only disk space depends on it. */
const EVERY_MS = 60 * 60 * 1000;
/**
 * How long a name must be unused before it is removed, in milliseconds: a first start gives the name before it stores
 * the pin.
 */
const GRACE_MS = 10 * 60 * 1000;

/**
 * Creates the maintenance that releases images which no used version needs, and protects pinned images that lost their
 * name.
 */
function createPinMaintenance(options: {
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
