import type { Clock } from '../../../core/clock.ts';
import type { Config } from '../../../config/config.ts';
import type { EngineRegistry } from '../../../engine/engine-registry.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';

/** Between two looks at the cache, in milliseconds: what a fast line brings meanwhile is beyond the limit. */
const TRIM_EVERY_MS = 15_000;
/** Between two looks whether the registry runs as it should, in milliseconds. */
const EVERY_MS = 60_000;
/** Between two looks whether it answers, once it was started, and how many there are before the next of those. */
const ANSWERS_EVERY_MS = 500;
const ANSWERS_LOOKS = 60;

/**
 * Keeps the local registry running while it is wanted, and its cache within bounds, until `signal`
 * aborts, with what it has from the start; where it is not, removes it, once. A failure is logged, and the next look comes.
 */
export async function keepRegistry(
  options: {
    registry: EngineRegistry;
    config: Pick<Config, 'registry' | 'registryCacheBytes'>;
    /** Puts into one of Berth's own what it has from the start. */
    seed: (registry: EngineRegistry, signal: AbortSignal) => Promise<void>;
    clock: Clock;
    log: Log;
  },
  signal: AbortSignal,
): Promise<void> {
  const { registry: setting, registryCacheBytes: cacheBytes } = options.config;
  const cache = setting === 'off' ? undefined : keepRegistryCache({ ...options, cacheBytes }, signal);
  await keepRunning(options, signal);
  await cache;
}

async function keepRunning(
  { registry, config: { registry: setting }, seed, clock, log }: Parameters<typeof keepRegistry>[0],
  signal: AbortSignal,
): Promise<void> {
  let seeded = setting !== 'auto';
  while (!signal.aborted) {
    try {
      if (setting === 'off') return await registry.remove();
      await registry.ensure();
      if (!seeded) await whenItAnswers(() => seed(registry, signal), clock, signal);
      seeded = true;
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'The local registry could not be looked after.');
    }
    await delay(clock, EVERY_MS, signal);
  }
}

/** One that has just been started takes a moment. */
export async function whenItAnswers(
  work: () => Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (let look = 1; ; look++) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isFault(error, 'LOCAL_REGISTRY_UNAVAILABLE') || look === ANSWERS_LOOKS) throw error;
    }
    await delay(clock, ANSWERS_EVERY_MS, signal);
    signal.throwIfAborted();
  }
}

/** Keeps what the registry has fetched from another one within `cacheBytes`, until `signal` aborts. */
async function keepRegistryCache(
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
    await delay(clock, TRIM_EVERY_MS, signal);
  }
}
