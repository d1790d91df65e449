import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { EngineImages } from '../../../engine/engine-images.ts';
import type { Log } from '../../../core/log.ts';
import { createPinNames, createPinService, createImagePins } from './pins.ts';
import { createPinStore } from './pin-store.ts';
import { createPinMaintenance } from './pin-maintenance.ts';

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
