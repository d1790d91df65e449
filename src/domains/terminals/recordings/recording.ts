import type { ByteSource } from '../../../core/byte-source.ts';
import type { Actor } from '../../identity/actor.ts';
import type { LabRecording } from '../../labs/lab.ts';
import type { Page, PageRequest } from '../../../core/paging.ts';
import type { TerminalSize } from '../terminal.ts';

/** The metadata of one terminal's recording. */
export interface Recording extends TerminalSize {
  id: string;
  terminalId: string;
  sessionId: string;
  learnerId: string;
  /** The course of the session; undefined in self-study. */
  courseId: string | undefined;
  labSlug: string;
  machine: string;
  openedById: string;
  content: LabRecording;
  startedAt: Date;
  /** Undefined while the recording is in progress. */
  endedAt: Date | undefined;
  /** Time of the last event, in milliseconds after the start. */
  durationMs: number;
  /** Size of the events before compression, in bytes. */
  bytes: number;
  /** Size in the database, in bytes. */
  storedBytes: number;
  /** Whether the recording ended because it reached its size limit. */
  truncated: boolean;
}

/** A collection whose terminals are recorded. */
export interface RecordedCollection {
  collection: string;
  setById: string;
  createdAt: Date;
}

/** Terminals of a version of a lab, or of its present one, in an assignment of a course or in self-study. */
export interface TerminalsOf {
  labSlug: string;
  labVersion?: string | undefined;
  courseId?: string | undefined;
}

export interface RecordingFilter {
  learnerId?: string | undefined;
  sessionId?: string | undefined;
  lab?: string | undefined;
}

/**
 * Use cases of recordings. Learners see the recordings of their own sessions, staff those of the work that they may
 * access: see `WorkAccess`. Other recordings are RECORDING_NOT_FOUND.
 */
export interface RecordingService {
  get(actor: Actor | undefined, id: string): Promise<Recording>;
  /** Lists recordings, newest first: the actor's own, and for staff those that they may access. */
  list(actor: Actor | undefined, filter: RecordingFilter, page: PageRequest): Promise<Page<Recording>>;
  /**
   * Returns the recordings of terminals in the order asked, for batched loading; undefined if none is visible to the
   * actor.
   */
  ofTerminals(actor: Actor | undefined, ids: readonly string[]): Promise<(Recording | undefined)[]>;
  /** Returns the stored events as an asciicast v3 file, optionally compressed with gzip. */
  read(
    actor: Actor | undefined,
    id: string,
    options: { gzip: boolean },
  ): Promise<{ recording: Recording; content: ByteSource }>;
  /** Deletes a recording, and stops it if it is in progress. Only for staff. Returns false if it does not exist. */
  delete(actor: Actor | undefined, id: string): Promise<boolean>;
  /** Returns what is recorded in terminals that are opened now, in the order asked; undefined for nothing. */
  contents(
    actor: Actor | undefined,
    of: readonly TerminalsOf[],
  ): Promise<(Recording['content'] | undefined)[]>;
  /** Lists all recorded collections. Only for staff. */
  collections(actor: Actor | undefined): Promise<RecordedCollection[]>;
  /** Starts or stops recording the terminals of a collection. Open terminals are not affected. Only for staff. */
  recordCollection(actor: Actor | undefined, input: { collection: string; recorded: boolean }): Promise<void>;
  /** Returns when the recording is deleted automatically; undefined while it is in progress. */
  expiresAt(recording: Recording): Date | undefined;
}
