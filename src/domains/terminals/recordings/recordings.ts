import type { Clock } from '../../../core/clock.ts';
import { newId } from '../../../core/ids.ts';
import type { Work } from '../../identity/work-access.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Log } from '../../../core/log.ts';
import { createQueue } from '../../../core/queue.ts';
import type { Terminal, TerminalSize } from '../terminal.ts';
import { createRecorder } from './recorder.ts';
import type { Recorder, RecorderOptions } from './recorder.ts';
import type { RecordedContent } from './recorded-content.ts';
import { createRecordingMemory } from './part-writer.ts';
import type { RecordingMemory } from './part-writer.ts';
import type { RecordingStore, StoredRecording } from './recording-store.ts';

/** How many recordings are stored at the same time. */
const STORED_AT_ONCE = 4;

export interface RecordingsOptions {
  store: RecordingStore;
  recordedContent: RecordedContent;
  clock: Clock;
  log: Log;
  /** Maximum size of one recording's events, in bytes. */
  recordingLimitBytes: number;
  memory?: RecordingMemory;
}

export type Recordings = ReturnType<typeof createRecordings>;

/** Creates the recorders of terminals. */
export function createRecordings(options: RecordingsOptions) {
  const { store, recordedContent, clock, log, recordingLimitBytes: limitBytes } = options;
  const memory = options.memory ?? createRecordingMemory();
  const queue = createQueue(STORED_AT_ONCE);

  const recorderOf = (
    recording: StoredRecording,
    more: Pick<RecorderOptions, 'writer' | 'resumed'>,
  ): Recorder =>
    createRecorder({ recording, store, memory: memory.share(), queue, clock, log, limitBytes, ...more });

  return {
    /** Starts recording a terminal whose shell is about to start; undefined if the terminal is not recorded. */
    async start(
      terminal: Pick<Terminal, 'id' | 'sessionId' | 'machine' | 'openedById'> & TerminalSize,
      { learnerId, courseId, lab }: Work & { lab: Pick<Lab, 'slug' | 'collection' | 'recording'> },
    ): Promise<Recorder | undefined> {
      const [content] = await recordedContent([{ lab, courseId }]);
      if (!content) return undefined;
      const startedAt = clock.now();
      const { id: terminalId, sessionId, machine, openedById, rows, cols } = terminal;
      const writer = newId(startedAt);
      const recording = await store.insert({
        id: newId(startedAt),
        terminalId,
        sessionId,
        learnerId,
        courseId: courseId ?? undefined,
        labSlug: lab.slug,
        machine,
        openedById,
        content,
        rows,
        cols,
        startedAt,
        writer,
      });
      return recorderOf(recording, { writer });
    },

    /** Resumes the recording of another process; undefined if the terminal is not being recorded. */
    async resume(terminalId: string, size: TerminalSize): Promise<Recorder | undefined> {
      const writer = newId(clock.now());
      const found = await store.claim(terminalId, writer);
      if (!found) return undefined;
      const { wasReleased, ...recording } = found;
      return recorderOf(recording, { writer, resumed: { size, isInputLost: !wasReleased } });
    },

    /** Deletes the recording of a terminal whose shell never started. */
    drop: (terminalId: string): Promise<void> => store.removeOf(terminalId),
  };
}
