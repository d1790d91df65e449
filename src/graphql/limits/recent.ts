/** Keeps the `limit` most recently used values by key. */
export function createRecent<V>(limit: number) {
  const values = new Map<string, V>();
  return {
    get(key: string): V | undefined {
      const value = values.get(key);
      if (value === undefined) return undefined;
      // A Map remembers the order of insertion: the oldest is the first.
      values.delete(key);
      values.set(key, value);
      return value;
    },
    keep(key: string, value: V): V {
      values.set(key, value);
      if (values.size > limit) {
        const [oldest] = values.keys();
        if (oldest !== undefined) values.delete(oldest);
      }
      return value;
    },
  };
}
