import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../../../core/clock.ts';
import { newId } from '../../../core/ids.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';
import type { TerminalStore } from '../terminal-store.ts';
import { castEvent } from './cast.ts';
import type { RecordingStore } from './recording-store.ts';

/** Between two rounds, in milliseconds. */
const EVERY_MS = 60_000;

/** For so long after its terminal's end a recording is its recorder's to end, in milliseconds. */
const LEFT_AFTER_MS = 90_000;

const DAY_MS = 86_400_000;

const compress = promisify(gzip);

/** Removes recordings that are too old, or too much together, and ends those that were left by a process that died. */
export function createRecordingUpkeep(options: {
  store: RecordingStore;
  terminals: Pick<TerminalStore, 'endedAmong'>;
  clock: Clock;
  log: Log;
  recordingDays: number;
  recordingTotalBytes: number;
}) {
  const { store, terminals, clock, log, recordingDays, recordingTotalBytes } = options;

  /** What its recorder had last was lost with it, and nobody can say how much. */
  async function endLeft(terminalId: string): Promise<void> {
    const writer = newId(clock.now());
    const left = await store.claim(terminalId, writer);
    if (!left) return;
    const text = castEvent(0, 'm', 'What came last is missing here: the service was not there to record it.');
    await store.write(left.id, {
      ...left,
      writer,
      place: left.parts,
      content: await compress(text),
      bytes: left.bytes + Buffer.byteLength(text),
      at: clock.now(),
      ending: 'ended',
    });
  }

  async function endAllLeft(): Promise<void> {
    const since = new Date(clock.now().getTime() - LEFT_AFTER_MS);
    let quiet = await store.quiet(since, '');
    while (quiet.length > 0) {
      for (const id of await terminals.endedAmong(quiet, since)) await endLeft(id);
      quiet = await store.quiet(since, quiet.at(-1) ?? '');
    }
  }

  async function removeOld(): Promise<void> {
    const before = new Date(clock.now().getTime() - recordingDays * DAY_MS);
    while ((await store.removeEnded(before)) > 0);
  }

  /** Whose recordings take most loses the oldest: nobody can push out those of others. */
  async function makeRoom(): Promise<void> {
    let stored = await store.storedBytes();
    let removed = 0;
    while (stored > recordingTotalBytes) {
      const oldest = await store.oldestOfLargest();
      if (!oldest) break;
      await store.remove(oldest.id);
      stored -= oldest.storedBytes;
      removed += 1;
    }
    if (removed > 0)
      log.warn({ removed }, 'recordings were removed before their time: together they were too large');
  }

  async function sweep(): Promise<void> {
    await endAllLeft();
    await removeOld();
    await makeRoom();
  }

  return {
    sweep,
    /** Sweeps again and again, until `signal` aborts. */
    async maintain(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await sweep().catch((error: unknown) => {
          log.error({ err: error }, 'the upkeep of recordings failed; it goes on');
        });
        await delay(clock, EVERY_MS, signal);
      }
    },
  };
}
