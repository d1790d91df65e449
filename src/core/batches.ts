/** Most that one statement names: SQLite takes an expression of at most a thousand parts. */
const BATCH = 200;

/** All of them in their order, at most `size` at a time. */
export function* batches<T>(all: readonly T[], size = BATCH): Generator<T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}
