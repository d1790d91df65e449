import { fault } from '../../core/errors.ts';
import { mayReach, requireActor } from '../identity/actor.ts';
import type { Actor, Scope } from '../identity/actor.ts';

/**
 * The actions on a session, with the scope that its owner needs, and the scope that staff need. `undefined` means that
 * only the owner may do it.
 */
const needs = {
  read: { owner: 'read', staff: 'read' },
  /** Use terminals and checks in its machines: instructors help learners and find problems. */
  enter: { owner: 'learn', staff: 'manage' },
  stop: { owner: 'learn', staff: 'manage' },
  restart: { owner: 'learn', staff: undefined },
  extend: { owner: 'learn', staff: undefined },
  save: { owner: 'learn', staff: undefined },
  resume: { owner: 'learn', staff: undefined },
  reset: { owner: 'learn', staff: undefined },
  delete: { owner: 'learn', staff: undefined },
} as const satisfies Record<string, { owner: Scope; staff: Scope | undefined }>;

export type SessionAction = keyof typeof needs;

/** Users whose sessions are hidden from an actor, even if the actor is staff. */
export type HiddenOwners = ReadonlySet<string>;

const NOBODY: HiddenOwners = new Set();

/** Returns a lookup of the users whose sessions are hidden: from instructors, those of admins. */
export function createHiddenOwners(admins: { ids: () => Promise<string[]> }) {
  return async (actor: Actor | undefined): Promise<HiddenOwners> => {
    if (actor?.role !== 'instructor') return NOBODY;
    return new Set((await admins.ids()).filter((id) => id !== actor.userId));
  };
}

/** Returns whether the actor may see the sessions of `ownerId`. */
export function reaches(actor: Actor, hidden: HiddenOwners, ownerId: string): boolean {
  return mayReach(actor, ownerId) && !hidden.has(ownerId);
}

/** Refuses a request without a user, before any lookup. @throws UNAUTHENTICATED */
export function requireSomebody(actor: Actor | undefined): asserts actor is Actor {
  if (!actor) throw fault('UNAUTHENTICATED');
}

/**
 * Refuses actors who may not do this with the session; null is a missing session.
 * @throws SESSION_NOT_FOUND also for another user's session, UNAUTHENTICATED, FORBIDDEN
 */
export function authorize<T extends { learnerId: string }>(
  actor: Actor | undefined,
  action: SessionAction,
  session: T | null,
  hidden: HiddenOwners,
): asserts session is T {
  requireSomebody(actor);
  if (!session || !reaches(actor, hidden, session.learnerId)) throw fault('SESSION_NOT_FOUND');
  const scope = needs[action][actor.userId === session.learnerId ? 'owner' : 'staff'];
  if (scope === undefined) throw fault('FORBIDDEN', { needed: 'a session of your own' });
  requireActor(actor, { scope });
}
