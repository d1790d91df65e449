import type { HiddenOwners } from './access.ts';
import type { Actor } from '../identity/actor.ts';
import type { MachineAddress } from '../../engine/engine.ts';
import type { Reason } from '../../core/errors.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { QueueReason } from './capacity/ledger.ts';
import type { PreparingProgress } from './provisioning/preparing/preparation.ts';

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

/** One learner's run of one lab, as services give it out. */
export interface Session {
  id: string;
  learnerId: string;
  labSlug: string;
  labVersion: string;
  state: SessionState;
  /** Grows by one with every change of state. */
  generation: number;
  /** What provisioning is doing, while it is. */
  progress: { phase: 'queued' | PreparingProgress['phase']; percent: number | undefined } | undefined;
  /** How much of it is put away, while it is; of a copy, of the session that it is a copy of. */
  saving: { machine: string | undefined; percent: number } | undefined;
  /** Why it could not be saved, until it is or begins anew. */
  saveProblem: Reason | undefined;
  /** What it goes on from, or would. */
  savedStateId: string | undefined;
  /** The session of another that it is a copy of. */
  forkOfId: string | undefined;
  /** Why it failed, ended or was saved on its own. */
  reason: Reason | undefined;
  machines: SessionMachine[];
  createdAt: Date;
  readyAt: Date | undefined;
  /** When it ends unless used or extended; the learner is warned before. */
  expiresAt: Date;
  /** Set once the warning was given. */
  warnedAt: Date | undefined;
  endedAt: Date | undefined;
}

export interface SessionMachine {
  name: string;
  image: string;
  /** Where it is on each of its networks, its first one first, once it is ready. */
  addresses: MachineAddress[];
  /** How much it has written of what its lab lets it, in percent, once that is 90 or more. */
  diskPercent: number | undefined;
}

/** Where a session is in the queue. */
export interface QueuePlace {
  /** 1 for the session that has waited longest. */
  place: number;
  /** Number of waiting sessions. */
  waiting: number;
  /** Estimated seconds until the session is ready; undefined if there is no estimate. */
  estimatedWaitSeconds: number | undefined;
  reason: QueueReason;
}

/** A machine that can be worked in now, with what only services may see. */
export interface RunningMachine {
  name: string;
  /** The engine's handle. */
  machineId: string;
  sessionId: string;
  /** Whether the session is a copy of another's, in which nothing counts for progress. */
  isFork: boolean;
  learnerId: string;
  labSlug: string;
  labVersion: string;
}

/**
 * Use cases of sessions. Every method authorises first; what the actor may not reach is
 * SESSION_NOT_FOUND. Staff reads, stops and enters other people's, but instructors none of an admin's; the rest is the
 * owner's: access.ts.
 */
export interface SessionService {
  /** The learner's active session of the lab, made if there is none; returns before it is provisioned. @throws LAB_NOT_FOUND, LAB_TOO_LARGE, SESSION_LIMIT */
  start(actor: Actor | undefined, input: { lab: string }): Promise<Session>;
  get(actor: Actor | undefined, id: string): Promise<Session>;
  /** Sessions by id, for batched loading; in the order asked, undefined where there is none for this actor. */
  getMany(actor: Actor | undefined, ids: readonly string[]): Promise<(Session | undefined)[]>;
  /** Where sessions are in the queue; undefined for one that does not wait, or that is not for this actor. */
  places(actor: Actor | undefined, ids: readonly string[]): Promise<(QueuePlace | undefined)[]>;
  /** Newest first: the actor's own, or for staff everyone's or one learner's. */
  list(
    actor: Actor | undefined,
    filter: {
      learnerId?: string | undefined;
      lab?: string | undefined;
      states?: SessionState[] | undefined;
    },
    page: PageRequest,
  ): Promise<Page<Session>>;
  /** Ends it and frees its machines; stopping what has ended gives it back as it is. */
  stop(actor: Actor | undefined, id: string): Promise<Session>;
  /** Starts its machines anew on the same file system. @throws SESSION_STATE_CONFLICT, MACHINE_LOST */
  restart(actor: Actor | undefined, id: string): Promise<Session>;
  /** Moves its end out by so much, or as far as the lab allows. @throws INPUT_INVALID, SESSION_EXTEND_LIMIT when that is not at all, SESSION_STATE_CONFLICT */
  extend(actor: Actor | undefined, id: string, minutes: number): Promise<Session>;
  /** Stops it and removes its record; attempts and progress stay. Deleting what is gone succeeds: false then. */
  delete(actor: Actor | undefined, id: string): Promise<boolean>;
  /** Deletes all of the actor's sessions; the ids of those that were there. */
  deleteAllMine(actor: Actor | undefined): Promise<string[]>;
  /** The machine to work in. @throws SESSION_NOT_READY, MACHINE_NOT_FOUND */
  machine(actor: Actor | undefined, id: string, name: string): Promise<RunningMachine>;
  /** Users of whose sessions nothing is there for this actor, though the actor is staff. */
  hiddenFrom(actor: Actor | undefined): Promise<HiddenOwners>;
  /** Notes that the learner did something: moves the idle end out. Cheap: writes at most once in a while. */
  touch(id: string): void;
}
