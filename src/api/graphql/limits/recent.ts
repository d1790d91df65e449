/** Creates an LRU cache. The total weight of its values is at most `limit`. */
export function createRecent<K, V>(limit: number) {
  const entries = new Map<K, { value: V; weight: number }>();
  let total = 0;
  return {
    get(key: K): V | undefined {
      const entry = entries.get(key);
      if (!entry) return undefined;
      // A Map remembers the order of insertion: the oldest is the first.
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    keep(key: K, value: V, weight: number): void {
      total += weight - (entries.get(key)?.weight ?? 0);
      entries.set(key, { value, weight });
      for (const [oldest, entry] of entries) {
        if (total <= limit) return;
        entries.delete(oldest);
        total -= entry.weight;
      }
    },
  };
}
