export type Runner = ReturnType<typeof createRunner>;

/**
 * Runs `work` whenever it is woken, one run at a time: wakes during a run lead to one more after
 * it, so that nothing woken for is missed and nothing piles up.
 */
export function createRunner(options: { work: () => Promise<void>; onError: (error: unknown) => void }) {
  let again = false;
  let stopped = false;
  let busy = false;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    busy = true;
    while (again) {
      again = false;
      try {
        await options.work();
      } catch (error) {
        options.onError(error);
      }
    }
    busy = false;
  }

  function wake(): void {
    if (stopped) return;
    again = true;
    if (!busy) running = run();
  }

  return {
    wake,
    /** Wakes, and resolves when all that was there to do then is done. */
    async flush(): Promise<void> {
      wake();
      await running;
    },
    /** No more runs; resolves when the present one has ended. */
    async stop(): Promise<void> {
      stopped = true;
      again = false;
      await running;
    },
  };
}
