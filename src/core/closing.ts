import { setTimeout } from 'node:timers/promises';
import type { Log } from './log.ts';

/** Longest wait for one thing to close, in milliseconds: some of them tell others first. */
const CLOSE_LIMIT_MS = 1_500;

export type Closing = ReturnType<typeof createClosing>;

/** What was opened, to be closed in reverse order: one that fails to is logged and keeps no other from it. */
export function createClosing({ log }: { log: Log }) {
  const opened: { what: string; close: () => Promise<void> }[] = [];

  return {
    add(what: string, close: () => Promise<void>): void {
      opened.push({ what, close });
    },
    /** Closes all that is still open. */
    async close(): Promise<void> {
      for (const { what, close } of opened.splice(0).toReversed()) {
        await finish({ log, what, work: close(), limitMs: CLOSE_LIMIT_MS });
      }
    },
  };
}

/** Resolves when `work` has ended, or after `limitMs` without it. Never rejects: a failure is logged. */
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
    .catch((error: unknown) => log.error({ err: error, what }, 'Something failed to stop.'))
    .finally(() => over.abort());
  const late = setTimeout(limitMs, undefined, over).then(
    () => log.warn({ what, limitMs }, 'Something did not stop in time, and is left as it is.'),
    () => undefined,
  );
  await Promise.race([work, late]);
}
