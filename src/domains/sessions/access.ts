import { fault } from '../../core/errors.ts';
import { requireActor } from '../identity/actor.ts';
import type { Actor, Scope } from '../identity/actor.ts';
import type { Work, WorkAccess } from '../identity/work-access.ts';

/**
 * The actions on a session, with the scope that its owner needs, and the scope that staff need. `undefined` means that
 * only the owner may do it.
 */
const needs = {
  read: { owner: 'read', staff: 'read' },
  /** Use terminals and checks in its machines: staff help learners and find problems. */
  enter: { owner: 'learn', staff: 'manage' },
  stop: { owner: 'learn', staff: 'manage' },
  restart: { owner: 'learn', staff: undefined },
  extend: { owner: 'learn', staff: 'manage' },
  save: { owner: 'learn', staff: undefined },
  resume: { owner: 'learn', staff: undefined },
  reset: { owner: 'learn', staff: 'manage' },
  delete: { owner: 'learn', staff: undefined },
} as const satisfies Record<string, { owner: Scope; staff: Scope | undefined }>;

export type SessionAction = keyof typeof needs;

/** Refuses a request without a user, before any lookup. @throws UNAUTHENTICATED */
export function requireSomebody(actor: Actor | undefined): asserts actor is Actor {
  if (!actor) throw fault('UNAUTHENTICATED');
}

/**
 * Returns the session if the actor may do this with it; null is a missing session.
 * @throws SESSION_NOT_FOUND also if the actor may not know of it, UNAUTHENTICATED, FORBIDDEN
 */
export async function authorize<T extends Work>(
  workAccess: Pick<WorkAccess, 'includes'>,
  actor: Actor | undefined,
  action: SessionAction,
  session: T | null,
): Promise<T> {
  requireSomebody(actor);
  if (!session || !(await workAccess.includes(actor, session))) throw fault('SESSION_NOT_FOUND');
  const scope = needs[action][actor.userId === session.learnerId ? 'owner' : 'staff'];
  if (scope === undefined) throw fault('FORBIDDEN', { needed: 'a session of your own' });
  requireActor(actor, { scope });
  return session;
}
