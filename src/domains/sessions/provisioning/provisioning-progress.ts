import type { Clock } from '../../../core/clock.ts';
import { delay } from '../../../core/clock.ts';
import type { PreparingProgress } from './preparing/preparing-progress.ts';

/** Shortest time between two reports of one session, in milliseconds: more than a learner can read. */
const REPORT_EVERY_MS = 250;

/**
 * Passes reports on to `write` one at a time, the first at once and later ones at most every
 * quarter of a second, always the newest. Nothing waits for it; `close` drops what is left.
 */
export function createProgressReports(options: {
  clock: Clock;
  write: (progress: PreparingProgress) => Promise<void>;
  onError: (error: unknown) => void;
}) {
  const { clock, write, onError } = options;
  const closing = new AbortController();
  let newest: PreparingProgress | undefined;
  let written: PreparingProgress | undefined;
  let busy = false;

  async function run(): Promise<void> {
    busy = true;
    while (!closing.signal.aborted) {
      if (newest === undefined || isSame(newest, written)) break;
      written = newest;
      await write(written).catch(onError);
      await delay(clock, REPORT_EVERY_MS, closing.signal);
    }
    busy = false;
  }

  return {
    report(progress: PreparingProgress): void {
      newest = progress;
      if (!busy) void run();
    },
    close(): void {
      closing.abort();
    },
  };
}

const isSame = (a: PreparingProgress, b: PreparingProgress | undefined) =>
  a.phase === b?.phase && a.percent === b.percent;
