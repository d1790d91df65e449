/** Maximum number of keys in one call of a service, which may put each into an SQL statement. */
const BATCH_LIMIT = 100;

interface Waiting<V> {
  resolve: (value: V) => void;
  reject: (error: unknown) => void;
  promise: Promise<V>;
}

/**
 * Creates a function that collects the keys requested while resolvers run, and loads them in one call. A list of n
 * elements then costs one read instead of n. Nothing is cached, so a long-lived subscription never sees old data.
 * @param load returns the values in the order of the keys
 */
export function createBatch<K, V>(
  load: (keys: K[]) => Promise<readonly V[]>,
  identify: (key: K) => string,
): (key: K) => Promise<V> {
  let keys: K[] = [];
  let waiting = new Map<string, Waiting<V>>();

  async function loadPart(part: K[], waiters: Waiting<V>[]): Promise<void> {
    try {
      const values = await load(part);
      for (const [index, waiter] of waiters.entries()) waiter.resolve(values[index] as V);
    } catch (error) {
      for (const waiter of waiters) waiter.reject(error);
    }
  }

  function dispatch(): void {
    const asked = keys;
    const waiters = [...waiting.values()];
    keys = [];
    waiting = new Map();
    for (let start = 0; start < asked.length; start += BATCH_LIMIT) {
      const end = start + BATCH_LIMIT;
      void loadPart(asked.slice(start, end), waiters.slice(start, end));
    }
  }

  return (key) => {
    const name = identify(key);
    const present = waiting.get(name);
    if (present) return present.promise;
    // Waits until pending promises have settled: their resolvers request more keys.
    if (keys.length === 0) void Promise.resolve().then(() => process.nextTick(dispatch));
    const { promise, resolve, reject } = defer<V>();
    keys.push(key);
    waiting.set(name, { promise, resolve, reject });
    return promise;
  };
}

function defer<V>(): Waiting<V> {
  let resolve: Waiting<V>['resolve'] | undefined;
  let reject: Waiting<V>['reject'] | undefined;
  const promise = new Promise<V>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve: resolve!, reject: reject! };
}
