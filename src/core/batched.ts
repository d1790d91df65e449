import { setImmediate } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { isFault } from './errors.ts';

/** Maximum number of keys in one call of `load`, which may put each into an SQL statement. */
const BATCH_LIMIT = 100;
/** A batch across requests waits until this many turns of the event loop in a row bring no key. */
const QUIET_TURNS = 2;
/** Maximum number of turns that it waits. */
const WAIT_TURNS = 10;

/**
 * Creates a function that collects the keys requested at the same time, and loads them in one call. A list of n elements
 * then costs one read instead of n. Equal keys of one batch are loaded once, but nothing is cached afterwards, so nobody
 * sees old data.
 * @param load returns the values in the order of the keys
 * @param options `nameOf` returns equal names for equal keys. `acrossRequests` also collects the keys of other requests
 * that arrive meanwhile: the busier the process, the more requests share a read. A key that cannot be read fails its own
 * request only.
 */
export function batched<K, V>(
  load: (keys: readonly K[]) => Promise<readonly V[]>,
  options: { nameOf?: (key: K) => string; acrossRequests?: boolean } = {},
): (key: K) => Promise<V> {
  const { nameOf, acrossRequests = false } = options;
  let requested = 0;

  async function untilQuiet(): Promise<void> {
    let quiet = 0;
    for (let turn = 0; turn < WAIT_TURNS && quiet < QUIET_TURNS; turn++) {
      const before = requested;
      await setImmediate();
      quiet = requested === before ? quiet + 1 : 0;
    }
  }

  const loader = new DataLoader<K, V, unknown>(
    async (keys) => {
      loader.clearAll();
      try {
        return await load(keys);
      } catch (error) {
        // A fault of the database concerns all.
        if (!acrossRequests || keys.length === 1 || isFault(error)) throw error;
        return await oneByOne(keys, load);
      }
    },
    {
      maxBatchSize: BATCH_LIMIT,
      ...(nameOf && { cacheKeyFn: nameOf }),
      ...(acrossRequests && { batchScheduleFn: (run) => void untilQuiet().then(run) }),
    },
  );
  return (key) => {
    requested += 1;
    return loader.load(key);
  };
}

/** Loads each key alone, and returns the error of those that fail. */
async function oneByOne<K, V>(
  keys: readonly K[],
  load: (keys: readonly K[]) => Promise<readonly V[]>,
): Promise<(V | Error)[]> {
  const each = await Promise.allSettled(keys.map((key) => load([key])));
  return each.map((one) => (one.status === 'fulfilled' ? (one.value[0] as V) : (one.reason as Error)));
}
