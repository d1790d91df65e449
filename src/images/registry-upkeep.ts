import type { Clock } from '../clock.ts';
import type { EngineRegistry } from '../engine/engine-registry.ts';
import type { Log } from '../log.ts';
import { rest } from '../rest.ts';
import { keepRegistryCache } from './registry-cache-upkeep.ts';

/** Between two looks whether the registry runs as it should, in milliseconds. */
const EVERY_MS = 60_000;

/**
 * Keeps the local registry running while it is wanted, and its cache within bounds, until `signal`
 * aborts; where it is not, removes it, once. A failure is logged, and the next look comes.
 */
export async function keepRegistry(
  options: {
    registry: EngineRegistry;
    wanted: boolean;
    /** Most bytes of what it fetches from another registry. */
    cacheBytes: number;
    clock: Clock;
    log: Log;
  },
  signal: AbortSignal,
): Promise<void> {
  const cache = options.wanted ? keepRegistryCache(options, signal) : undefined;
  await keepRunning(options, signal);
  await cache;
}

async function keepRunning(
  { registry, wanted, clock, log }: { registry: EngineRegistry; wanted: boolean; clock: Clock; log: Log },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if (wanted) await registry.ensure();
      else return await registry.remove();
    } catch (error) {
      log.error({ err: error }, 'The local registry could not be looked after.');
    }
    await rest(clock, EVERY_MS, signal);
  }
}
