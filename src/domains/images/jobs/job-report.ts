import type { Clock } from '../../../core/clock.ts';
import { delay } from '../../../core/clock.ts';
import type { EventBus } from '../../../infra/bus/event-bus.ts';
import type { Log } from '../../../core/log.ts';
import type { JobProgress, Job } from './job.ts';

/**
 * Minimum time between two stored reports of one job, in milliseconds: people read no faster, and each report writes
 * the whole log.
 */
const REPORT_EVERY_MS = 500;

/**
 * Collects a job's progress and log, and passes them to `write`, one write at a time and at most twice a second.
 * `close` writes the rest.
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

  function scheduleWrite(): void {
    changed = true;
    writing ??= run();
  }

  return {
    progress(change: JobProgress): void {
      progress = { ...progress, ...change };
      scheduleWrite();
    },
    print(line: string): void {
      log.add(line);
      scheduleWrite();
    },
    async close(): Promise<void> {
      closing.abort();
      await writing;
      if (changed) await writeNow();
    },
  };
}

/** Maximum size of a job's log, in bytes: enough to see why a build failed. */
export const LOG_BYTES = 256 * 1024;
/** Excess after which the log is truncated, in bytes: truncation costs as much as the whole log. */
const SLACK_BYTES = 64 * 1024;
/** Maximum length of a line, in bytes. */
const LINE_BYTES = 8 * 1024;

/** Collects a job's output, and keeps its end. */
export function createJobLog() {
  let lines: Buffer[] = [];
  let bytes = 0;

  function cut(): void {
    let first = 0;
    for (; bytes > LOG_BYTES; first++) bytes -= lines[first]?.length ?? 0;
    lines = lines.slice(first);
  }

  return {
    add(line: string): void {
      // PostgreSQL stores no NUL.
      const bytesOfLine = Buffer.from(line.replaceAll('\0', '\uFFFD'));
      const text = bytesOfLine.length < LINE_BYTES ? bytesOfLine : truncate(bytesOfLine, LINE_BYTES);
      const added = Buffer.concat([text, Buffer.from('\n')]);
      lines.push(added);
      bytes += added.length;
      if (bytes > LOG_BYTES + SLACK_BYTES) cut();
    },
    text(): string {
      cut();
      return Buffer.concat(lines).toString();
    },
  };
}

/** Truncates UTF-8 without splitting a character. */
function truncate(text: Buffer, limit: number): Buffer {
  let end = limit;
  while (((text[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end--;
  return text.subarray(0, end);
}

export type PublishJob = (job: Pick<Job, 'id' | 'version'>) => void;

/** Creates the publisher of job changes. Events are hints: if one is lost, clients read again later. */
export function createJobEvents({
  events,
  log,
}: {
  events: Pick<EventBus, 'publish'>;
  log: Log;
}): PublishJob {
  return ({ id: jobId, version }) => {
    events.publish('job.changed', { jobId, version }).catch((error: unknown) => {
      log.warn({ err: error, jobId }, 'publishing a job change failed');
    });
  };
}
