import { setTimeout } from 'node:timers/promises';
import type { Log } from './log.ts';

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
