import { measureColdStart } from './cold-start.ts';
import type { BenchContext, Figure } from './context.ts';

/** Prewarmed environments at each start. The service under test must prewarm this many. */
export const READY = 2;

/** Like the cold start, with prewarmed environments. The plain client creates its own each time. */
export function measureWarmStart(context: BenchContext): Promise<Figure> {
  return measureColdStart(context, () => context.whenReady(READY));
}
