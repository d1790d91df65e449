import type { Clock } from '../../../core/clock.ts';
import type { Config } from '../../../config/config.ts';
import type { EngineRegistry } from '../../../engine/engine-registry.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';

/** Interval between two trims of the cache, in milliseconds: a fast connection can exceed the limit meanwhile. */
const TRIM_EVERY_MS = 15_000;
/** Interval between two checks that the registry runs, in milliseconds. */
const EVERY_MS = 60_000;
/** Interval between two attempts after a start, in milliseconds, and their number. */
const RETRY_EVERY_MS = 500;
const MAX_ATTEMPTS = 60;

/**
 * Keeps the local registry running with its initial images, and its cache within the limit, until `signal` aborts. If
 * the registry is off, removes it once. A failure is logged, and the next check tries again.
 */
export async function maintainRegistry(
  options: {
    registry: EngineRegistry;
    /** The setting BERTH_REGISTRY: whether Berth keeps the registry, or the address of the one it caches. */
    setting: Config['registry'];
    /** Limit of the cache, in bytes. */
    cacheBytes: number;
    /** Pushes the initial images into a registry that Berth manages. */
    seed: (registry: EngineRegistry, signal: AbortSignal) => Promise<void>;
    clock: Clock;
    log: Log;
  },
  signal: AbortSignal,
): Promise<void> {
  const cache = options.setting === 'off' ? undefined : maintainRegistryCache(options, signal);
  await keepRunning(options, signal);
  await cache;
}

async function keepRunning(
  { registry, setting, seed, clock, log }: Parameters<typeof maintainRegistry>[0],
  signal: AbortSignal,
): Promise<void> {
  let seeded = setting !== 'auto';
  while (!signal.aborted) {
    try {
      if (setting === 'off') return await registry.remove();
      await registry.ensure();
      if (!seeded) await retryUntilAnswered(() => seed(registry, signal), clock, signal);
      seeded = true;
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'maintaining the local registry failed');
    }
    await delay(clock, EVERY_MS, signal);
  }
}

/** Retries the work while a newly started registry does not answer yet. */
export async function retryUntilAnswered(
  work: () => Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isFault(error, 'LOCAL_REGISTRY_UNAVAILABLE') || attempt === MAX_ATTEMPTS) throw error;
    }
    await delay(clock, RETRY_EVERY_MS, signal);
    signal.throwIfAborted();
  }
}

/** Keeps the registry's pull-through cache within `cacheBytes`, until `signal` aborts. */
async function maintainRegistryCache(
  options: { registry: Pick<EngineRegistry, 'trim'>; cacheBytes: number; clock: Clock; log: Log },
  signal: AbortSignal,
): Promise<void> {
  const { registry, cacheBytes, clock, log } = options;
  while (!signal.aborted) {
    try {
      const { before, now } = await registry.trim(cacheBytes);
      if (before > cacheBytes) {
        const details = { removedBytes: before - now, cacheBytes };
        log.info(details, 'trimmed the cache of the local registry');
      }
    } catch (error) {
      // A stopped registry fetches nothing; the code that keeps it running logs why it is stopped.
      if (!isFault(error, 'LOCAL_REGISTRY_UNAVAILABLE')) {
        log.error({ err: error }, 'trimming the cache of the local registry failed');
      }
    }
    await delay(clock, TRIM_EVERY_MS, signal);
  }
}
