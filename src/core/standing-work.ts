import type { Clock } from './clock.ts';
import type { Contained } from './containment.ts';
import { delay } from './clock.ts';

/** Pause before work that failed is started again, in milliseconds: work that always fails must not take the processor. */
const START_AGAIN_MS = 5_000;

/** Work that goes on for as long as the service runs. */
export function createStandingWork({ clock, contained }: { clock: Clock; contained: Contained }) {
  const stopping = new AbortController();
  const { signal } = stopping;
  const begun: { what: string; work: Promise<void> }[] = [];

  async function keep(what: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work(signal);
        return;
      } catch (error) {
        // What fails while it is asked to end has ended.
        if (signal.aborted) throw error;
        contained('background-work', error, { what });
      }
      await delay(clock, START_AGAIN_MS, signal);
      if (signal.aborted) return;
    }
  }

  return {
    /** Begins what ends once the signal aborts. Where it fails before, it is started again. */
    begin(what: string, work: (signal: AbortSignal) => Promise<void>): void {
      const kept = keep(what, work);
      // Its end is waited for only when the service stops.
      kept.catch(() => undefined);
      begun.push({ what, work: kept });
    },

    /** Has all of it end; what is to be waited for. */
    stop(): readonly { what: string; work: Promise<void> }[] {
      stopping.abort();
      return begun;
    },
  };
}
