import type { Clock } from '../../../core/clock.ts';
import { newId } from '../../../core/ids.ts';
import type { Lab, LabRecording } from '../../labs/lab.ts';
import type { Log } from '../../../core/log.ts';
import { createTurns } from '../../../core/turns.ts';
import type { Terminal, TerminalSize } from '../terminal.ts';
import { createRecorder } from './recorder.ts';
import type { Recorder, RecorderOptions } from './recorder.ts';
import type { RecordedCourseStore } from './recorded-course-store.ts';
import { createRecordingRoom } from './recording-room.ts';
import type { RecordingRoom } from './recording-room.ts';
import type { RecordingStore, StoredRecording } from './recording-store.ts';

/** Recordings stored at the same time, of the many whose terminals print. */
const STORED_AT_ONCE = 4;

export interface RecordingsOptions {
  store: RecordingStore;
  courses: RecordedCourseStore;
  clock: Clock;
  log: Log;
  /** Most bytes of one recording's events. */
  recordingLimitBytes: number;
  room?: RecordingRoom;
}

export type Recordings = ReturnType<typeof createRecordings>;

/** What is recorded of a lab's terminals: what the lab asks for, or output where its course does. */
export function recordedOf(lab: Pick<Lab, 'recording'>, isCourseRecorded: boolean): LabRecording | undefined {
  return lab.recording ?? (isCourseRecorded ? 'output' : undefined);
}

/** Recorders for the terminals that are to be recorded. */
export function createRecordings(options: RecordingsOptions) {
  const { store, courses, clock, log, recordingLimitBytes: limitBytes } = options;
  const room = options.room ?? createRecordingRoom();
  const turns = createTurns(STORED_AT_ONCE);

  const recorderOf = (
    recording: StoredRecording,
    more: Pick<RecorderOptions, 'writer' | 'resumed'>,
  ): Recorder =>
    createRecorder({ recording, store, room: room.part(), turns, clock, log, limitBytes, ...more });

  return {
    /** Begins to record a terminal whose shell is about to be started; undefined where it is not to be. */
    async begin(
      terminal: Pick<Terminal, 'id' | 'sessionId' | 'machine' | 'openedById'> & TerminalSize,
      { learnerId, lab }: { learnerId: string; lab: Pick<Lab, 'slug' | 'course' | 'recording'> },
    ): Promise<Recorder | undefined> {
      const inCourse = lab.course !== undefined && (await courses.among([lab.course])).has(lab.course);
      const content = recordedOf(lab, inCourse);
      if (!content) return undefined;
      const startedAt = clock.now();
      const { id: terminalId, sessionId, machine, openedById, rows, cols } = terminal;
      const writer = newId(startedAt);
      const recording = await store.insert({
        id: newId(startedAt),
        terminalId,
        sessionId,
        learnerId,
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

    /** Goes on with what another process recorded of a terminal; undefined where that was not recorded, or has ended. */
    async resume(terminalId: string, size: TerminalSize): Promise<Recorder | undefined> {
      const writer = newId(clock.now());
      const found = await store.claim(terminalId, writer);
      if (!found) return undefined;
      const { wasReleased, ...recording } = found;
      return recorderOf(recording, { writer, resumed: { size, isInputLost: !wasReleased } });
    },

    /** Forgets the recording of a terminal whose shell never was. */
    drop: (terminalId: string): Promise<void> => store.removeOf(terminalId),
  };
}
