/** Maximum number of values in one statement: SQLite limits an expression to a depth of a thousand. */
const BATCH = 200;

/** Yields all elements in order, in batches of at most `size`. */
export function* batches<T>(all: readonly T[], size = BATCH): Generator<T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}
