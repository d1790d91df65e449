import { fault } from '../errors.ts';
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
): asserts session is T {
  requireSomebody(actor);
  if (!session || !mayReach(actor, session.learnerId)) throw fault('SESSION_NOT_FOUND');
  const scope = needs[verb][actor.userId === session.learnerId ? 'owner' : 'staff'];
  if (scope === undefined) throw fault('FORBIDDEN', { needed: 'a session of your own' });
  requireActor(actor, { scope });
}
