import { Session } from 'node:inspector/promises';
import type { Test } from 'tap';

/**
 * Counts how often each block of the sources runs from now on. For modules imported earlier, only functions are
 * counted. The returned function gives the highest count since its last call.
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
