import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { EngineImages } from '../../../engine/engine-images.ts';
import type { Log } from '../../../core/log.ts';
import { createPinNames } from './pin-names.ts';
import { createPinService } from './pin-service.ts';
import { createPinStore } from './pin-store.ts';
import { createPinUpkeep } from './pin-upkeep.ts';
import { createImagePins } from './pins.ts';

/** All of pins, put together. Nothing is let go of before `upkeep.maintain`. */
export function createPins(options: {
  database: Database;
  images: EngineImages;
  installation: string;
  pinDays: number;
  /** The version that a lab has now; undefined where there is no such lab. */
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
    upkeep: createPinUpkeep({
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
