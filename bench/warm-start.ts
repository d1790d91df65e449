import { measureColdStart } from './cold-start.ts';
import type { BenchContext, Figure } from './context.ts';

/** Environments that are ready at each start; the service under test is to make so many. */
export const READY = 2;

/** As the cold start, of a lab that has environments ready; the plain client makes its own each time. */
export function measureWarmStart(context: BenchContext): Promise<Figure> {
  return measureColdStart(context, () => context.whenReady(READY));
}
