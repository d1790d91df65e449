/** Length of the shorter input, and how much longer the other one is. */
const SHORT = 8_000;
const TIMES = 8;
/** Measurements of each; the fastest counts, because other processes slow some down. */
const ROUNDS = 3;

/**
 * Measures a function with an input of some length, and one of eight times this length. Returns why it does not take
 * linear time: quadratic time would take 64 times as long. Undefined if it does.
 */
export function superlinear(run: (length: number) => unknown, short = SHORT): string | undefined {
  const once = fastest(() => run(short));
  const long = fastest(() => run(short * TIMES));
  if (long < 3.5 * TIMES * once + 100) return undefined;
  return `${once} ms, and ${long} ms for ${TIMES} times the length`;
}

/** The fastest of some measurements, in milliseconds. */
function fastest(run: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    run();
    return performance.now() - started;
  });
  return Math.min(...times);
}
