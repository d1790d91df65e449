import { Session } from 'node:inspector/promises';
import type { Test } from 'tap';

/**
 * Counts how often each piece of the sources runs, from now on: what is imported before is counted by its functions
 * alone. Asked for the count, it answers with that of the piece that ran most often since it was asked before.
 */
export async function countRuns(t: Test): Promise<() => Promise<number>> {
  const session = new Session();
  session.connect();
  t.teardown(() => session.disconnect());
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return async () => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const functions = result.filter(({ url }) => url.includes('/src/')).flatMap((file) => file.functions);
    return Math.max(0, ...functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)));
  };
}
