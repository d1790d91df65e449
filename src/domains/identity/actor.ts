import { fault } from '../../core/errors.ts';

export type Role = 'admin' | 'instructor' | 'student';

/** What a token may be used for. A browser session and the service itself have all scopes. */
export type Scope = 'read' | 'learn' | 'manage';

/** Scopes do not include each other: each one permits only what it names. */
export const allScopes: readonly Scope[] = ['read', 'learn', 'manage'];

/** The user of a request, as plain data: the first argument of every service method. */
export interface Actor {
  userId: string;
  role: Role;
  scopes: readonly Scope[];
  /** When the credential expires, if it is a token that does. New credentials must not last longer. */
  expiresAt?: Date;
  /**
   * Hash of the credential's secret, a token's or a web session's. Anything that must end with the credential stores
   * it.
   */
  credential?: string;
}

/** The service acting on its own behalf, for expiry and recovery. Transports never use it. */
export const system: Actor = {
  userId: 'system',
  role: 'admin',
  scopes: allScopes,
};

const rank: Record<Role, number> = { student: 0, instructor: 1, admin: 2 };

/** Returns whether a role has fewer rights than another one. */
export function isBelow(role: Role, other: Role): boolean {
  return rank[role] < rank[other];
}

/**
 * Requires a user with the scope and at least the role.
 * @throws UNAUTHENTICATED without a user, FORBIDDEN without the scope or the role
 */
export function requireActor(
  actor: Actor | undefined,
  needs: { scope: Scope; role?: Role },
): asserts actor is Actor {
  if (!actor) throw fault('UNAUTHENTICATED');
  if (!actor.scopes.includes(needs.scope)) {
    throw fault('FORBIDDEN', { needed: `a token with the scope "${needs.scope}"` });
  }
  if (needs.role && rank[actor.role] < rank[needs.role]) {
    throw fault('FORBIDDEN', { needed: `the role "${needs.role}"` });
  }
}

/**
 * Refuses to create something that outlives the actor's credential; undefined means without end.
 * @throws FORBIDDEN
 */
export function requireLasting(actor: Actor, until: Date | undefined): void {
  const { expiresAt } = actor;
  if (!expiresAt || (until && until <= expiresAt)) return;
  const end = expiresAt.toISOString();
  throw fault('FORBIDDEN', {
    needed: `a credential that lasts as long as the new one (yours expires at ${end}: choose an earlier expiry, or sign in with a browser)`,
  });
}
