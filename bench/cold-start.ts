import { median } from './context.ts';
import type { BenchContext, Figure } from './context.ts';
import { startOurs, startRaw } from './starts.ts';

/** Number of alternating starts of each kind. */
const ROUNDS = 11;

/**
 * Measures the milliseconds from the request for a lab to the first prompt. The raw figure is of a plain client that
 * creates the same network and container and runs the same shell. `prepare` runs before each start.
 */
export async function measureColdStart(
  context: BenchContext,
  prepare: () => Promise<void> = async () => undefined,
): Promise<Figure> {
  const learner = await context.newLearner();
  const times = { ours: [] as number[], raw: [] as number[] };
  // The first of each is not counted: it fills the caches that all share.
  for (let round = 0; round <= ROUNDS; round++) {
    const pair = round % 2 === 0 ? (['ours', 'raw'] as const) : (['raw', 'ours'] as const);
    for (const which of pair) {
      await prepare();
      const { time, end } = await (which === 'ours'
        ? startOurs(context, learner)
        : startRaw(context.docker, round));
      await end();
      if (round > 0) times[which].push(time);
    }
  }
  const figure = { ours: median(times.ours), raw: median(times.raw) };
  return { ...figure, ratio: figure.ours / figure.raw };
}
