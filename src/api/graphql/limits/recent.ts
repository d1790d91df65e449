/** Creates an LRU cache. The total length of its keys is at most `characters`. */
export function createRecent<V>(characters: number) {
  const values = new Map<string, V>();
  let kept = 0;
  return {
    get(key: string): V | undefined {
      const value = values.get(key);
      if (value === undefined) return undefined;
      // A Map remembers the order of insertion: the oldest is the first.
      values.delete(key);
      values.set(key, value);
      return value;
    },
    keep(key: string, value: V): void {
      if (!values.has(key)) kept += key.length;
      values.set(key, value);
      for (const oldest of values.keys()) {
        if (kept <= characters) return;
        values.delete(oldest);
        kept -= oldest.length;
      }
    },
  };
}
