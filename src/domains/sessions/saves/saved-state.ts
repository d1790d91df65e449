import type { Actor } from '../../identity/actor.ts';
import type { Page, PageRequest } from '../../../core/paging.ts';
import type { SavedUsage } from './saved-quota.ts';
import type { Session } from '../session.ts';

/** A learner's saved work in a lab. */
export interface SavedState {
  id: string;
  /** The learner whose work it is. */
  learnerId: string;
  labSlug: string;
  labVersion: string;
  /** The session that resumes from it. */
  sessionId: string;
  /** Whether a member of staff created it to inspect the learner's work. */
  isFork: boolean;
  /** Size without the images of its lab. */
  bytes: number;
  createdAt: Date;
  /** When it is deleted, unless its session resumes before. */
  expiresAt: Date;
}

/**
 * Use cases of saved sessions. Every method authorises first. A session that the actor may not access is
 * SESSION_NOT_FOUND. A saved state belongs to the user who saved it; staff see all of them.
 */
export interface SaveService {
  /**
   * Starts to save the owner's ready session and returns immediately. Later it is `saved`, or `ready` again with the
   * problem. @throws SESSION_STATE_CONFLICT, SAVE_OFF, DISK_FULL
   */
  save(actor: Actor | undefined, sessionId: string): Promise<Session>;
  /**
   * Resumes the session from its saved state, in new machines.
   * @throws SESSION_STATE_CONFLICT, SESSION_LIMIT, SAVED_STATE_NOT_FOUND
   */
  resume(actor: Actor | undefined, sessionId: string): Promise<Session>;
  /**
   * Starts the owner's session again from the lab's current version; all its work is deleted.
   * @throws SESSION_STATE_CONFLICT, SESSION_LIMIT, LAB_NOT_FOUND, LAB_INVALID
   */
  reset(actor: Actor | undefined, sessionId: string): Promise<Session>;
  /**
   * Creates a copy of the session, as it is now or was saved, that belongs to the actor. For staff; the learner's session
   * continues. @throws FORBIDDEN, SESSION_STATE_CONFLICT, SESSION_LIMIT
   */
  fork(actor: Actor | undefined, sessionId: string): Promise<Session>;
  /** Lists saved states, newest first: the actor's own, or for staff all or one learner's. */
  list(
    actor: Actor | undefined,
    filter: { learnerId?: string | undefined; lab?: string | undefined },
    page: PageRequest,
  ): Promise<Page<SavedState>>;
  /** Returns the usage and the limit of the actor's saved sessions, or for staff of a learner's. @throws USER_NOT_FOUND */
  usage(actor: Actor | undefined, learnerId?: string): Promise<SavedUsage>;
  /** Returns states by id, for batched loading: in the given order, undefined if the actor may not see one. */
  getMany(actor: Actor | undefined, ids: readonly string[]): Promise<(SavedState | undefined)[]>;
  /**
   * Deletes a saved state. A saved session ends with it; a running one continues. For its owner, or an admin. False if it
   * does not exist or the actor may not see it. @throws FORBIDDEN, SESSION_STATE_CONFLICT while a session starts from it
   */
  delete(actor: Actor | undefined, id: string): Promise<boolean>;
}
