import { isFault } from '../../core/errors.ts';
import type { Actor } from '../identity/actor.ts';
import type { Log } from '../../core/log.ts';
import { authorize } from '../sessions/access.ts';
import type { SessionService } from '../sessions/session.ts';
import type { Shells } from './shells.ts';

/** The user as they are now; undefined when disabled or gone. */
export type ActorOf = (userId: string) => Promise<Actor | undefined>;

interface Access {
  actorOf: ActorOf;
  sessions: Pick<SessionService, 'hiddenFrom'>;
}

/** Returns whether somebody may still be in the learner's machine. */
export async function mayStay(
  access: Access,
  { userId, learnerId }: { userId: string; learnerId: string },
): Promise<boolean> {
  return (await entryOf(access, userId))(learnerId);
}

/**
 * Ends the shells of this process whose opener may no longer be in their machine, and has those go who
 * may no longer look at others: of one user, or of all.
 */
export async function endUnentitled(
  { shells, log, ...access }: { shells: Shells; log: Log } & Access,
  userId?: string,
): Promise<void> {
  const entries = new Map<string, Awaited<ReturnType<typeof entryOf>>>();
  async function mayBeThere(someone: string, learnerId: string): Promise<boolean> {
    if (userId !== undefined && someone !== userId) return true;
    const mayEnter = entries.get(someone) ?? (await entryOf(access, someone));
    entries.set(someone, mayEnter);
    return mayEnter(learnerId);
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

/** Reads what a user may enter now: whose machines. */
async function entryOf(
  { actorOf, sessions }: Access,
  userId: string,
): Promise<(learnerId: string) => boolean> {
  const actor = await actorOf(userId);
  const hidden = await sessions.hiddenFrom(actor);
  return (learnerId) => {
    try {
      authorize(actor, 'enter', { learnerId }, hidden);
      return true;
    } catch (error) {
      if (isFault(error, 'UNAUTHENTICATED', 'SESSION_NOT_FOUND', 'FORBIDDEN')) return false;
      throw error;
    }
  };
}
