/** Length of the shorter input, and how much longer the other one is. */
const SHORT = 8_000;
const TIMES = 8;
/** Maximum measurements of each; the fastest counts, because other processes slow some down. */
const ROUNDS = 3;

/**
 * Measures a function with an input of some length, and one of eight times this length. Returns why it does not take
 * linear time: quadratic time would take 64 times as long. Undefined if it does.
 */
export function superlinear(run: (length: number) => unknown, short = SHORT): string | undefined {
  const once = Math.min(...Array.from({ length: ROUNDS }, () => measure(() => run(short))));
  const limit = 3.5 * TIMES * once + 100;
  let long = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    long = Math.min(
      long,
      measure(() => run(short * TIMES)),
    );
    if (long < limit) return undefined;
  }
  return `${once} ms, and ${long} ms for ${TIMES} times the length`;
}

/** Returns the time of a call, in milliseconds. */
function measure(run: () => unknown): number {
  const started = performance.now();
  run();
  return performance.now() - started;
}
