import type { Actor } from '../identity/actor.ts';
import type { MachineAddress } from '../../engine/engine.ts';
import type { Reason } from '../../core/errors.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { QueueReason } from './capacity/ledger.ts';
import type { PreparingProgress } from './provisioning/preparing/preparation.ts';

/** Converts addresses to and from the text in the database. */
export const formatAddresses = (addresses: readonly MachineAddress[]): string => JSON.stringify(addresses);
export const parseAddresses = (text: string): MachineAddress[] => JSON.parse(text) as MachineAddress[];

export type SessionState =
  | 'requested'
  | 'queued'
  | 'provisioning'
  | 'ready'
  | 'saving'
  | 'saved'
  | 'stopping'
  | 'ended'
  | 'failed'
  | 'unreachable';

/** One learner's run of one lab, as services report it. */
export interface Session {
  id: string;
  learnerId: string;
  labSlug: string;
  labVersion: string;
  /** The assignment that it belongs to; undefined for self-study. */
  assignmentId: string | undefined;
  /** The course of that assignment. */
  courseId: string | undefined;
  /** Number of the learner's attempt at the assignment, from 1; 0 in self-study, and for staff, who only try it. */
  run: number;
  /** When that attempt ends by its time limit or the assignment's end, whatever the learner does. */
  deadline: Date | undefined;
  state: SessionState;
  /** Increases by one with each change of state. */
  generation: number;
  /** Progress while the session waits or is provisioned. */
  progress: { phase: 'queued' | PreparingProgress['phase']; percent: number | undefined } | undefined;
  /** Progress while the session is saved; for a copy, while its original is saved for it. */
  saving: { machine: string | undefined; percent: number } | undefined;
  /** Why the last save failed, until a save succeeds or the session is reset. */
  saveProblem: Reason | undefined;
  /** The saved state from which it resumes. */
  savedStateId: string | undefined;
  /** The learner's session that it is a copy of. */
  forkOfId: string | undefined;
  /** Why it failed, ended or was saved automatically. */
  reason: Reason | undefined;
  machines: SessionMachine[];
  createdAt: Date;
  readyAt: Date | undefined;
  /** When it ends unless it is used or extended; the learner gets a warning before. */
  expiresAt: Date;
  /** When the learner was warned. */
  warnedAt: Date | undefined;
  endedAt: Date | undefined;
}

export interface SessionMachine {
  name: string;
  image: string;
  /** Its address on each of its networks, in their order, once it is ready. */
  addresses: MachineAddress[];
  /** Disk usage in percent of its limit, from 90 percent on. */
  diskPercent: number | undefined;
}

/** Where a session is in the queue. */
export interface QueuePosition {
  /** 1 for the session that has waited longest. */
  position: number;
  /** Number of waiting sessions. */
  waiting: number;
  /** Estimated seconds until the session is ready; undefined if there is no estimate. */
  estimatedWaitSeconds: number | undefined;
  reason: QueueReason;
}

/** A machine of a ready session, with details for services only. */
export interface RunningMachine {
  name: string;
  /** The engine's id. */
  machineId: string;
  sessionId: string;
  /** Whether the session is a copy, whose checks do not count for progress. */
  isFork: boolean;
  learnerId: string;
  labSlug: string;
  labVersion: string;
  /** As in the session. */
  assignmentId: string | undefined;
  courseId: string | undefined;
  run: number;
}

/**
 * Use cases of sessions. Every method authorises first. A session that the actor may not access is SESSION_NOT_FOUND.
 * Staff can read, enter, extend, reset and stop the sessions that they may access: see `WorkAccess`. All other actions
 * are the owner's: see access.ts.
 */
export interface SessionService {
  /**
   * Returns the learner's active session of the lab or the assignment, or creates one; returns before it is provisioned.
   * @throws LAB_NOT_FOUND, LAB_TOO_LARGE, SESSION_LIMIT, ASSIGNMENT_NOT_FOUND, COURSE_ARCHIVED, ASSIGNMENT_NOT_OPEN,
   * ASSIGNMENT_CLOSED, ATTEMPTS_USED
   */
  start(actor: Actor | undefined, input: { lab: string } | { assignment: string }): Promise<Session>;
  get(actor: Actor | undefined, id: string): Promise<Session>;
  /** Returns sessions by id, for batched loading: in the given order, undefined if the actor may not see one. */
  getMany(actor: Actor | undefined, ids: readonly string[]): Promise<(Session | undefined)[]>;
  /** Returns positions in the queue; undefined for a session that does not wait, or that the actor may not see. */
  queuePositions(actor: Actor | undefined, ids: readonly string[]): Promise<(QueuePosition | undefined)[]>;
  /** Lists sessions, newest first: the actor's own, and for staff those that they may access. */
  list(
    actor: Actor | undefined,
    filter: {
      learnerId?: string | undefined;
      lab?: string | undefined;
      /** null for self-study only. */
      assignmentId?: string | null | undefined;
      states?: SessionState[] | undefined;
    },
    page: PageRequest,
  ): Promise<Page<Session>>;
  /** Ends the session and removes its machines; an ended session is returned unchanged. */
  stop(actor: Actor | undefined, id: string): Promise<Session>;
  /** Restarts its machines on the same file systems. @throws SESSION_STATE_CONFLICT, MACHINE_LOST */
  restart(actor: Actor | undefined, id: string): Promise<Session>;
  /**
   * Extends it by these minutes, or as far as the lab allows.
   * @throws INPUT_INVALID, SESSION_EXTEND_LIMIT if the lab allows no more, SESSION_STATE_CONFLICT
   */
  extend(actor: Actor | undefined, id: string, minutes: number): Promise<Session>;
  /** Stops and deletes it; attempts and progress stay. Returns false if it is already gone. */
  delete(actor: Actor | undefined, id: string): Promise<boolean>;
  /** Deletes all of the actor's sessions and returns their ids. */
  deleteAllMine(actor: Actor | undefined): Promise<string[]>;
  /** Returns a machine for terminals, files and checks. @throws SESSION_NOT_READY, MACHINE_NOT_FOUND */
  machine(actor: Actor | undefined, id: string, name: string): Promise<RunningMachine>;
  /**
   * Requires that work in the session counts now. In self-study, it always does.
   * @throws ASSIGNMENT_NOT_FOUND, COURSE_ARCHIVED, ASSIGNMENT_NOT_OPEN, ASSIGNMENT_CLOSED, ASSIGNMENT_TIME_OVER
   */
  requireCounting(actor: Actor | undefined, id: string): Promise<void>;
  /** Records that the learner uses the session, which moves its idle end. Cheap: uses are written together. */
  touch(id: string): void;
}
