import type { Actor } from '../../../../src/domains/identity/actor.ts';

/** Returns whether the services in memory show somebody's things to the actor: staff see those of everybody. */
export function mayAccess(actor: Actor, ownerId: string): boolean {
  return actor.userId === ownerId || actor.role !== 'student';
}
