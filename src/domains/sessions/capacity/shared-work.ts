/**
 * Gives all who ask while one run is under way the same next one: never what was found out before
 * they asked, and never more than one run at a time.
 */
export function createSharedWork<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;

  return () =>
    (next ??= running.then(() => {
      next = undefined;
      const run = work();
      running = run.catch(() => undefined);
      return run;
    }));
}
