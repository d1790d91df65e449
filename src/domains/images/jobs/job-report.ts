import type { Clock } from '../../../core/clock.ts';
import { delay } from '../../../core/clock.ts';
import { createJobLog } from './job-log.ts';
import type { JobProgress } from './job.ts';

/** Shortest time between two stored reports of one job, in milliseconds: more often than people read, and the log is written whole. */
const REPORT_EVERY_MS = 500;

/**
 * Gathers what a job has to tell and passes it on to `write`, one at a time and at most twice a
 * second. `close` writes what is left.
 */
export function createJobReport(options: {
  clock: Clock;
  write: (report: { progress: JobProgress; log: string }) => Promise<void>;
  onError: (error: unknown) => void;
}) {
  const { clock, write, onError } = options;
  const closing = new AbortController();
  const log = createJobLog();
  let progress: JobProgress = {};
  let changed = false;
  let writing: Promise<void> | undefined;

  async function writeNow(): Promise<void> {
    changed = false;
    await write({ progress, log: log.text() }).catch(onError);
  }

  async function run(): Promise<void> {
    while (changed && !closing.signal.aborted) {
      await writeNow();
      await delay(clock, REPORT_EVERY_MS, closing.signal);
    }
    writing = undefined;
  }

  function note(): void {
    changed = true;
    writing ??= run();
  }

  return {
    progress(change: JobProgress): void {
      progress = { ...progress, ...change };
      note();
    },
    print(line: string): void {
      log.add(line);
      note();
    },
    async close(): Promise<void> {
      closing.abort();
      await writing;
      if (changed) await writeNow();
    },
  };
}
