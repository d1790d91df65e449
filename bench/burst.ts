import type { BenchContext, Figure } from './context.ts';
import { startOurs, startRaw } from './starts.ts';
import type { Started } from './starts.ts';

/** Learners who start at the same time: a large class. */
export const BURST = 60;

/** Measures the milliseconds until the last learner of the class has a prompt, without prewarmed environments. */
export function measureBurst(context: BenchContext): Promise<Figure> {
  return measure(context, 0);
}

/** Like {@link measureBurst}, with a prewarmed environment for each learner. */
export function measureWarmBurst(context: BenchContext): Promise<Figure> {
  return measure(context, BURST);
}

async function measure(context: BenchContext, ready: number): Promise<Figure> {
  const learners: string[] = [];
  while (learners.length < BURST) learners.push(await context.newLearner());
  // One of each first, to fill the caches that all share.
  await untilLast([startOurs(context, learners[0] ?? '')]);
  await untilLast([startRaw(context.docker, BURST)]);
  await context.whenReady(ready);
  const ours = await untilLast(learners.map((learner) => startOurs(context, learner)));
  await context.drain();
  const raw = await untilLast(learners.map((_, place) => startRaw(context.docker, place)));
  return { ours, raw, ratio: ours / raw };
}

async function untilLast(starts: Promise<Started>[]): Promise<number> {
  const started = await Promise.all(starts);
  for (const { end } of started) await end();
  return Math.max(...started.map(({ time }) => time));
}
