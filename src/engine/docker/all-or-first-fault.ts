/**
 * Waits for all tasks even if one fails: a caller can only clean up what is complete. Then throws the first
 * error.
 */
export async function allOrFirstFault<T extends readonly unknown[]>(
  tasks: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(tasks);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return Promise.all(tasks);
}
