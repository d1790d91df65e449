import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../../../core/clock.ts';
import { newId } from '../../../core/ids.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';
import { DAY_MS } from '../../../core/units.ts';
import type { TerminalStore } from '../terminal-store.ts';
import { castEvent } from './recorder.ts';
import type { RecordingStore } from './recording-store.ts';

/** Interval between two rounds, in milliseconds. */
const EVERY_MS = 60_000;

/** How long after its terminal's end a recording is left to its recorder, in milliseconds. */
const LEFT_AFTER_MS = 90_000;

const compress = promisify(gzip);

/** Deletes recordings that are too old or exceed the total limit, and ends recordings whose process died. */
export function createRecordingMaintenance(options: {
  store: RecordingStore;
  terminals: Pick<TerminalStore, 'endedAmong'>;
  clock: Clock;
  log: Log;
  recordingDays: number;
  recordingTotalBytes: number;
}) {
  const { store, terminals, clock, log, recordingDays, recordingTotalBytes } = options;

  /** Ends a recording. Its recorder's last events were lost, and their length is unknown. */
  async function endOne(terminalId: string): Promise<void> {
    const writer = newId(clock.now());
    const recording = await store.claim(terminalId, writer);
    if (!recording) return;
    const text = castEvent(0, 'm', 'The end is missing: the service was not running to record it.');
    await store.write(recording.id, {
      ...recording,
      writer,
      place: recording.parts,
      content: await compress(text),
      bytes: recording.bytes + Buffer.byteLength(text),
      at: clock.now(),
      ending: 'ended',
    });
  }

  async function endAbandoned(): Promise<void> {
    const since = new Date(clock.now().getTime() - LEFT_AFTER_MS);
    let quiet = await store.quiet(since, '');
    while (quiet.length > 0) {
      for (const id of await terminals.endedAmong(quiet, since)) await endOne(id);
      quiet = await store.quiet(since, quiet.at(-1) ?? '');
    }
  }

  async function removeOld(): Promise<void> {
    const before = new Date(clock.now().getTime() - recordingDays * DAY_MS);
    while ((await store.removeEnded(before)) > 0);
  }

  /**
   * Deletes the oldest recordings of the learner who uses the most space. No learner can displace the recordings of
   * others.
   */
  async function enforceTotalLimit(): Promise<void> {
    let stored = await store.storedBytes();
    let removed = 0;
    while (stored > recordingTotalBytes) {
      const oldest = await store.oldestOfLargest();
      if (!oldest) break;
      await store.remove(oldest.id);
      stored -= oldest.storedBytes;
      removed += 1;
    }
    if (removed > 0) log.warn({ removed }, 'recordings deleted early: the total limit was exceeded');
  }

  async function sweep(): Promise<void> {
    await endAbandoned();
    await removeOld();
    await enforceTotalLimit();
  }

  return {
    sweep,
    /** Sweeps every minute until `signal` aborts. */
    async maintain(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await sweep().catch((error: unknown) => {
          log.error({ err: error }, 'recording maintenance failed');
        });
        await delay(clock, EVERY_MS, signal);
      }
    },
  };
}
