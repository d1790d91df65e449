import { setTimeout } from 'node:timers/promises';
import type { Log } from './log.ts';
import type { Clock } from './clock.ts';
import { delay } from './clock.ts';
import type { Contained } from './containment.ts';

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

/** Maximum time for one resource to close, in milliseconds. Some of them notify others first. */
const CLOSE_LIMIT_MS = 1_500;

export type Closing = ReturnType<typeof createClosing>;

/** Collects opened resources and closes them in reverse order. A failure to close is logged, and the others are closed too. */
export function createClosing({ log }: { log: Log }) {
  const opened: { what: string; close: () => Promise<void> }[] = [];

  return {
    add(what: string, close: () => Promise<void>): void {
      opened.push({ what, close });
    },
    /** Closes all resources that are still open. */
    async close(): Promise<void> {
      for (const { what, close } of opened.splice(0).toReversed()) {
        await finish({ log, what, work: close(), limitMs: CLOSE_LIMIT_MS });
      }
    },
  };
}

/** Resolves when `work` has ended, or after `limitMs`. Never rejects: a failure is logged. */
export async function finish(options: {
  log: Log;
  /** Names the work in the log, such as "the database". */
  what: string;
  work: Promise<unknown>;
  limitMs: number;
}): Promise<void> {
  const { log, what, limitMs } = options;
  const over = new AbortController();
  const work = options.work
    .catch((error: unknown) => log.error({ err: error, what }, 'failed to stop'))
    .finally(() => over.abort());
  const late = setTimeout(limitMs, undefined, over).then(
    () => log.warn({ what, limitMs }, 'did not stop in time'),
    () => undefined,
  );
  await Promise.race([work, late]);
}
