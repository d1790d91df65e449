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

/**
 * Collects opened resources and closes them in reverse order. A failure to close is logged, and the others are closed
 * too.
 */
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

/**
 * Codes of errors after which the process can no longer trust its memory or its database. Assertions are not among
 * them: hostile input can make Node's own HTTP client throw them.
 */
const FATAL_CODES = new Set([
  'ENOMEM',
  'ERR_MEMORY_ALLOCATION_FAILED',
  'SQLITE_CORRUPT',
  'SQLITE_NOTADB',
  'SQLITE_NOMEM',
]);

/** Messages of V8 and of Prisma for the same errors, which have no code there. */
const FATAL_MESSAGES = /^(Array buffer allocation failed|PANIC\b)/;

/** Returns whether an error means that memory has run out, the database is corrupt, or its engine panicked. */
export function isFatal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'PrismaClientRustPanicError') return true;
  const { code } = error as NodeJS.ErrnoException;
  return FATAL_CODES.has(code ?? '') || FATAL_MESSAGES.test(error.message);
}

/**
 * Handles exceptions that no boundary caught, because one learner's exception must not end the service for all. Reports
 * the exception, and the process continues. Calls `end` instead if the error is fatal, or if `isServing` says that the
 * start is not complete. Returns a function that uninstalls the handler.
 */
export function installLastResort(options: {
  contained: Contained;
  isServing: () => boolean;
  end: (error: unknown) => void;
}): () => void {
  const { contained, isServing, end } = options;
  // Includes unhandled rejections, which Node raises as exceptions.
  const take = (error: unknown, origin: string) => {
    if (!isServing() || isFatal(error)) end(error);
    else contained('process', error, { origin });
  };
  process.on('uncaughtException', take);
  return () => void process.off('uncaughtException', take);
}
