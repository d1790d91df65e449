import type { Clock } from './clock.ts';
import type { Contained } from './containment.ts';
import { delay } from './clock.ts';

/** Pause before failed work is started again, in milliseconds: work that always fails must not use up the processor. */
const START_AGAIN_MS = 5_000;

/** Creates the background work, which runs as long as the service. */
export function createBackgroundWork({ clock, contained }: { clock: Clock; contained: Contained }) {
  const stopping = new AbortController();
  const { signal } = stopping;
  const started: { what: string; work: Promise<void> }[] = [];

  async function runUntilStopped(what: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work(signal);
        return;
      } catch (error) {
        // A failure after the abort is a normal end.
        if (signal.aborted) throw error;
        contained('background-work', error, { what });
      }
      await delay(clock, START_AGAIN_MS, signal);
      if (signal.aborted) return;
    }
  }

  return {
    /** Starts work that ends when the signal aborts. If it fails before, it is started again. */
    start(what: string, work: (signal: AbortSignal) => Promise<void>): void {
      const running = runUntilStopped(what, work);
      // Only `stop` waits for its end.
      running.catch(() => undefined);
      started.push({ what, work: running });
    },

    /** Aborts all work, and returns what to wait for. */
    stop(): readonly { what: string; work: Promise<void> }[] {
      stopping.abort();
      return started;
    },
  };
}
