import type { Clock } from '../../../core/clock.ts';
import type { Log } from '../../../core/log.ts';
import type { Config } from '../../../config/config.ts';
import type { EngineImages, RegistryLogin } from '../../../engine/engine-images.ts';
import type { EngineRegistry } from '../../../engine/engine-registry.ts';
import type { Images } from '../create-images.ts';
import { maintainRegistry } from './registry-maintenance.ts';
import { createRegistryService } from './registry-service.ts';
import type { RegistryService } from './registry-service.ts';

/** Creates what admins use of the local registry, and the work that keeps it running. */
export function createRegistry(options: {
  registry: EngineRegistry;
  /** The setting BERTH_REGISTRY. */
  setting: Config['registry'];
  /** Limit of the cache, in bytes. */
  cacheBytes: number;
  engine: Pick<EngineImages, 'findOrPull' | 'find'>;
  images: Pick<Images, 'startJob' | 'pushNames' | 'seed'>;
  /** Returns the login for a registry, given as host and port. */
  loginFor: (registry: string) => Promise<RegistryLogin | undefined>;
  clock: Clock;
  log: Log;
}): { service: RegistryService; maintain: (signal: AbortSignal) => Promise<void> } {
  const { registry, setting, images, ...rest } = options;
  return {
    service: createRegistryService({
      registry: setting === 'off' ? undefined : registry,
      engine: rest.engine,
      startJob: images.startJob,
      names: images.pushNames,
      loginFor: rest.loginFor,
    }),
    maintain: (signal) => maintainRegistry({ registry, setting, seed: images.seed, ...rest }, signal),
  };
}
