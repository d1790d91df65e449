import type { BenchContext, Figure } from './context.ts';
import { startOurs, startRaw } from './starts.ts';
import type { Started } from './starts.ts';

/** Learners who start at once: a large class. */
export const BURST = 60;

/** Milliseconds until the last of so many has a prompt, who all start at once, with nothing prewarmed. */
export function measureBurst(context: BenchContext): Promise<Figure> {
  return measure(context, 0);
}

/** The same with an environment ready for each. */
export function measureWarmBurst(context: BenchContext): Promise<Figure> {
  return measure(context, BURST);
}

async function measure(context: BenchContext, ready: number): Promise<Figure> {
  const learners: string[] = [];
  while (learners.length < BURST) learners.push(await context.newLearner());
  // One of each first: it loads what all others share.
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
