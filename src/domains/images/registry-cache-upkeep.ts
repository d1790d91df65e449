import type { Clock } from '../../core/clock.ts';
import type { EngineRegistry } from '../../engine/engine-registry.ts';
import { isFault } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { delay } from '../../core/clock.ts';

/** Between two looks at the cache, in milliseconds: what a fast line brings meanwhile is beyond the limit. */
const EVERY_MS = 15_000;

/** Keeps what the registry has fetched from another one within `cacheBytes`, until `signal` aborts. */
export async function keepRegistryCache(
  options: { registry: Pick<EngineRegistry, 'trim'>; cacheBytes: number; clock: Clock; log: Log },
  signal: AbortSignal,
): Promise<void> {
  const { registry, cacheBytes, clock, log } = options;
  while (!signal.aborted) {
    try {
      const { before, now } = await registry.trim(cacheBytes);
      if (before > cacheBytes) {
        const told = { removedBytes: before - now, cacheBytes };
        log.info(told, 'The cache of the local registry was larger than it may be.');
      }
    } catch (error) {
      // One that does not run fetches nothing; the code that keeps it running logs why it does not.
      if (!isFault(error, 'LOCAL_REGISTRY_UNAVAILABLE')) {
        log.error({ err: error }, 'The cache of the local registry could not be looked after.');
      }
    }
    await delay(clock, EVERY_MS, signal);
  }
}
