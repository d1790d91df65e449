import { fault } from '../../core/errors.ts';
import { mayReach, requireActor } from '../identity/actor.ts';
import type { Actor, Scope } from '../identity/actor.ts';

/**
 * What may be done with a session, with the scope that its owner needs, and the one that staff
 * needs with someone else's: none where it is the owner's alone.
 */
const needs = {
  read: { owner: 'read', staff: 'read' },
  /** To have terminals and checks in its machines: instructors help, and find out what broke. */
  enter: { owner: 'learn', staff: 'manage' },
  stop: { owner: 'learn', staff: 'manage' },
  restart: { owner: 'learn', staff: undefined },
  extend: { owner: 'learn', staff: undefined },
  save: { owner: 'learn', staff: undefined },
  resume: { owner: 'learn', staff: undefined },
  reset: { owner: 'learn', staff: undefined },
  delete: { owner: 'learn', staff: undefined },
} as const satisfies Record<string, { owner: Scope; staff: Scope | undefined }>;

export type SessionVerb = keyof typeof needs;

/** Users of whom an actor reaches nothing, though the actor is staff. */
export type HiddenOwners = ReadonlySet<string>;

const NOBODY: HiddenOwners = new Set();

/** Finds whose sessions are not there for staff: to instructors, those of admins. */
export function createHiddenOwners(admins: { ids: () => Promise<string[]> }) {
  return async (actor: Actor | undefined): Promise<HiddenOwners> => {
    if (actor?.role !== 'instructor') return NOBODY;
    return new Set((await admins.ids()).filter((id) => id !== actor.userId));
  };
}

/** Returns whether what belongs to `ownerId` in sessions is there for this actor at all. */
export function reaches(actor: Actor, hidden: HiddenOwners, ownerId: string): boolean {
  return mayReach(actor, ownerId) && !hidden.has(ownerId);
}

/** Nobody at all is told so before anything is looked up. @throws UNAUTHENTICATED */
export function requireSomebody(actor: Actor | undefined): asserts actor is Actor {
  if (!actor) throw fault('UNAUTHENTICATED');
}

/**
 * Lets through who may do that with this session; null is one that is not there.
 * @throws SESSION_NOT_FOUND also for what is someone else's, UNAUTHENTICATED, FORBIDDEN
 */
export function authorize<T extends { learnerId: string }>(
  actor: Actor | undefined,
  verb: SessionVerb,
  session: T | null,
  hidden: HiddenOwners,
): asserts session is T {
  requireSomebody(actor);
  if (!session || !reaches(actor, hidden, session.learnerId)) throw fault('SESSION_NOT_FOUND');
  const scope = needs[verb][actor.userId === session.learnerId ? 'owner' : 'staff'];
  if (scope === undefined) throw fault('FORBIDDEN', { needed: 'a session of your own' });
  requireActor(actor, { scope });
}
