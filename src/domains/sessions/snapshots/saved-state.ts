import type { Actor } from '../../identity/actor.ts';
import type { Page, PageRequest } from '../../../core/paging.ts';
import type { SavedUsage } from './saved-quota.ts';
import type { Session } from '../session.ts';

/** A learner's work in a lab, put away. */
export interface SavedState {
  id: string;
  /** Whose work it is. */
  learnerId: string;
  labSlug: string;
  labVersion: string;
  /** The session that goes on from it. */
  sessionId: string;
  /** Whether a member of staff made it, to look into the learner's work. */
  isFork: boolean;
  /** What it takes beyond the images of its lab. */
  bytes: number;
  createdAt: Date;
  /** When it goes, unless its session goes on before. */
  expiresAt: Date;
}

/**
 * Use cases of saved sessions. Every method authorises first; what the actor may not reach is
 * SESSION_NOT_FOUND. What is saved belongs to who saved it; staff sees everyone's.
 */
export interface SaveService {
  /**
   * Begins to put the owner's ready session away and returns at once; it is `saved` later, or `ready`
   * again with the problem. @throws SESSION_STATE_CONFLICT, SAVE_OFF, DISK_FULL
   */
  save(actor: Actor | undefined, sessionId: string): Promise<Session>;
  /** Goes on from what was saved, in machines made anew. @throws SESSION_STATE_CONFLICT, SESSION_LIMIT, SAVED_STATE_NOT_FOUND */
  resume(actor: Actor | undefined, sessionId: string): Promise<Session>;
  /**
   * Begins the owner's session anew, on the lab as it is now; what was done and saved in it is gone.
   * @throws SESSION_STATE_CONFLICT, SESSION_LIMIT, LAB_NOT_FOUND, LAB_INVALID
   */
  reset(actor: Actor | undefined, sessionId: string): Promise<Session>;
  /**
   * A session of the actor's own, staff's, that begins as the given one is now, or as it was saved;
   * the learner's goes on. @throws FORBIDDEN, SESSION_STATE_CONFLICT, SESSION_LIMIT
   */
  fork(actor: Actor | undefined, sessionId: string): Promise<Session>;
  /** Newest first: what the actor saved, or for staff everyone's work or one learner's. */
  list(
    actor: Actor | undefined,
    filter: { learnerId?: string | undefined; lab?: string | undefined },
    page: PageRequest,
  ): Promise<Page<SavedState>>;
  /** What the saved sessions of the actor take and may take, or for staff those of a learner. @throws USER_NOT_FOUND */
  usage(actor: Actor | undefined, learnerId?: string): Promise<SavedUsage>;
  /** By id, for batched loading; in the order asked, undefined where there is none for this actor. */
  getMany(actor: Actor | undefined, ids: readonly string[]): Promise<(SavedState | undefined)[]>;
  /**
   * Removes what was saved: a session that is put away ends with it, one that runs goes on. For its
   * owner, or an admin. False when it is gone, or not there for the actor. @throws FORBIDDEN, SESSION_STATE_CONFLICT while it is being started from
   */
  delete(actor: Actor | undefined, id: string): Promise<boolean>;
}
