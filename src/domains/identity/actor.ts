import { fault } from '../../core/errors.ts';

export type Role = 'admin' | 'instructor' | 'student';

/** What a token may be used for; a signed-in browser and the service itself have all of them. */
export type Scope = 'read' | 'learn' | 'manage';

/** A set, not a ladder: each of them opens what it names and nothing else. */
export const allScopes: readonly Scope[] = ['read', 'learn', 'manage'];

/** On whose behalf something is asked: plain data, passed to every method of every service. */
export interface Actor {
  userId: string;
  role: Role;
  scopes: readonly Scope[];
  /** When the credential that stands behind it ends, where that is a token that does: what lasts longer is not made by it. */
  expiresAt?: Date;
  /** Hash of the secret of that credential, a token's or a web session's: what is to end with it keeps this. */
  credential?: string;
}

/** The service acting for itself: expiry, repair. Never given to a transport. */
export const system: Actor = {
  userId: 'system',
  role: 'admin',
  scopes: allScopes,
};

const rank: Record<Role, number> = { student: 0, instructor: 1, admin: 2 };

/** Returns whether a role may do less than another one. */
export function isBelow(role: Role, other: Role): boolean {
  return rank[role] < rank[other];
}

/** @throws UNAUTHENTICATED for nobody, FORBIDDEN without the scope or below the role. */
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

/** Keeps what has an end from making what outlives it; undefined lasts for ever. @throws FORBIDDEN */
export function requireLasting(actor: Actor, until: Date | undefined): void {
  const { expiresAt } = actor;
  if (!expiresAt || (until && until <= expiresAt)) return;
  const end = expiresAt.toISOString();
  throw fault('FORBIDDEN', {
    needed: `a credential that lasts as long as what it makes (yours ends at ${end}: ask for an end by then, or sign in with a browser)`,
  });
}

/** Whether what belongs to `ownerId` is there for this actor at all: its owner's, or staff's. */
export function mayReach(actor: Actor, ownerId: string): boolean {
  return actor.userId === ownerId || rank[actor.role] >= rank.instructor;
}
