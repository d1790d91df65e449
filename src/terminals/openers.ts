import { isFault } from '../errors.ts';
import type { Actor } from '../identity/actor.ts';
import type { Log } from '../log.ts';
import { authorize } from '../sessions/access.ts';
import type { Shells } from './shells.ts';

/** The user as they are now; undefined when disabled or gone. */
export type ActorOf = (userId: string) => Promise<Actor | undefined>;

/** Whether somebody may still be in the learner's machine. */
export async function mayStay(
  actorOf: ActorOf,
  { userId, learnerId }: { userId: string; learnerId: string },
): Promise<boolean> {
  return mayEnter(await actorOf(userId), learnerId);
}

/**
 * Ends the shells of this process whose opener may no longer be in their machine, and has those go who
 * may no longer look at others: of one user, or of all.
 */
export async function endUnentitled(
  { shells, actorOf, log }: { shells: Shells; actorOf: ActorOf; log: Log },
  userId?: string,
): Promise<void> {
  const actors = new Map<string, Actor | undefined>();
  async function mayBeThere(someone: string, learnerId: string): Promise<boolean> {
    if (userId !== undefined && someone !== userId) return true;
    if (!actors.has(someone)) actors.set(someone, await actorOf(someone));
    return mayEnter(actors.get(someone), learnerId);
  }

  const ending: Promise<void>[] = [];
  for (const { id, openedById, learnerId, live } of shells.all()) {
    if (!(await mayBeThere(openedById, learnerId))) {
      const ended = shells.end(id).catch((error: unknown) => {
        log.error({ err: error, terminalId: id }, 'a shell of one who may not be there could not be ended');
        live.viewers.drop();
      });
      ending.push(ended);
      continue;
    }
    for (const viewer of live.viewers.all()) {
      if (await mayBeThere(viewer.userId, learnerId)) continue;
      live.viewers.drop((other) => other === viewer);
    }
  }
  await Promise.all(ending);
}

function mayEnter(actor: Actor | undefined, learnerId: string): boolean {
  try {
    authorize(actor, 'enter', { learnerId });
    return true;
  } catch (error) {
    if (isFault(error, 'UNAUTHENTICATED', 'SESSION_NOT_FOUND', 'FORBIDDEN')) return false;
    throw error;
  }
}
