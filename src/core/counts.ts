/** Counts per key. A key whose count is zero takes no memory. */
export interface Counts {
  /** Returns the count of a key; 0 for an unknown one. */
  of(key: string): number;
  add(key: string): void;
  /** Subtracts one from the count of a key. A count never falls below zero. */
  remove(key: string): void;
}

/** Creates counts that are all zero. */
export function createCounts(): Counts {
  const counts = new Map<string, number>();
  const of = (key: string) => counts.get(key) ?? 0;
  return {
    of,
    add: (key) => void counts.set(key, of(key) + 1),
    remove(key) {
      if (of(key) > 1) counts.set(key, of(key) - 1);
      else counts.delete(key);
    },
  };
}
