import type { ByteSource } from '../../../core/byte-source.ts';
import type { Actor } from '../../identity/actor.ts';
import type { LabRecording } from '../../labs/lab.ts';
import type { Page, PageRequest } from '../../../core/paging.ts';
import type { TerminalSize } from '../terminal.ts';

/** What came over one terminal, as it is known without its content. */
export interface Recording extends TerminalSize {
  id: string;
  terminalId: string;
  sessionId: string;
  learnerId: string;
  labSlug: string;
  machine: string;
  openedById: string;
  content: LabRecording;
  startedAt: Date;
  /** Undefined while it goes on. */
  endedAt: Date | undefined;
  /** When its last event was, in milliseconds after the start. */
  durationMs: number;
  /** Of its events, before compression. */
  bytes: number;
  /** What it takes of the database. */
  storedBytes: number;
  /** Whether it ended since it had come to the limit. */
  truncated: boolean;
}

/** A course whose terminals are recorded. */
export interface RecordedCourse {
  course: string;
  setById: string;
  createdAt: Date;
}

export interface RecordingFilter {
  learnerId?: string | undefined;
  sessionId?: string | undefined;
  lab?: string | undefined;
}

/**
 * Use cases of recordings. Learners see those of their own sessions, staff everyone's; what the actor may not see is
 * RECORDING_NOT_FOUND.
 */
export interface RecordingService {
  get(actor: Actor | undefined, id: string): Promise<Recording>;
  /** Newest first: the actor's own, or for staff everyone's. */
  list(actor: Actor | undefined, filter: RecordingFilter, page: PageRequest): Promise<Page<Recording>>;
  /** Recordings of terminals, for batched loading; in the order asked, undefined where there is none for this actor. */
  ofTerminals(actor: Actor | undefined, ids: readonly string[]): Promise<(Recording | undefined)[]>;
  /** The recording as a file of asciicast v3, so far as it is stored; compressed by gzip where that is asked for. */
  read(
    actor: Actor | undefined,
    id: string,
    options: { gzip: boolean },
  ): Promise<{ recording: Recording; content: ByteSource }>;
  /** Removes it; one that goes on ends by that. For staff. Deleting what is gone succeeds: false then. */
  delete(actor: Actor | undefined, id: string): Promise<boolean>;
  /** Whether terminals of these courses are recorded, in the order asked. */
  areCoursesRecorded(actor: Actor | undefined, courses: readonly string[]): Promise<boolean[]>;
  /** All courses that are recorded. For staff. */
  courses(actor: Actor | undefined): Promise<RecordedCourse[]>;
  /** Has the terminals of a course recorded from now on, or no more; those open stay as they are. For staff. */
  recordCourse(actor: Actor | undefined, input: { course: string; recorded: boolean }): Promise<void>;
  /** When it is removed by itself; undefined while it goes on. */
  expiresAt(recording: Recording): Date | undefined;
}
