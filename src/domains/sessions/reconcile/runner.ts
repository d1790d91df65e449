/**
 * Runs `work` when woken, one run at a time. All wakes during a run lead to one more run, so no wake is missed and runs
 * do not pile up.
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
    /** Wakes the runner, and resolves when a complete run has ended. */
    async flush(): Promise<void> {
      wake();
      await running;
    },
    /** Prevents further runs, and resolves when the current one has ended. */
    async stop(): Promise<void> {
      stopped = true;
      again = false;
      await running;
    },
  };
}
