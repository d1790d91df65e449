import { isFault } from '../../core/errors.ts';
import type { Actor } from '../identity/actor.ts';
import type { Log } from '../../core/log.ts';
import { authorize } from '../sessions/access.ts';
import type { SessionService } from '../sessions/session.ts';
import type { Shells } from './shells.ts';

/** Returns the user's current state; undefined if disabled or deleted. */
export type ActorOf = (userId: string) => Promise<Actor | undefined>;

interface Access {
  actorOf: ActorOf;
  sessions: Pick<SessionService, 'hiddenFrom'>;
}

/** Returns whether a user may still enter the learner's machine. */
export async function mayStay(
  access: Access,
  { userId, learnerId }: { userId: string; learnerId: string },
): Promise<boolean> {
  return (await readAccess(access, userId))(learnerId);
}

/**
 * Ends this process's shells whose opener lost access to their machine, and drops viewers who lost access. Checks one
 * user, or all users without `userId`.
 */
export async function dropUnauthorized(
  { shells, log, ...access }: { shells: Shells; log: Log } & Access,
  userId?: string,
): Promise<void> {
  const entries = new Map<string, Awaited<ReturnType<typeof readAccess>>>();
  async function mayEnter(someone: string, learnerId: string): Promise<boolean> {
    if (userId !== undefined && someone !== userId) return true;
    const entry = entries.get(someone) ?? (await readAccess(access, someone));
    entries.set(someone, entry);
    return entry(learnerId);
  }

  const ending: Promise<void>[] = [];
  for (const { id, openedById, learnerId, live } of shells.all()) {
    if (!(await mayEnter(openedById, learnerId))) {
      const ended = shells.end(id).catch((error: unknown) => {
        log.error({ err: error, terminalId: id }, 'ending the shell of a user without access failed');
        live.viewers.drop();
      });
      ending.push(ended);
      continue;
    }
    for (const viewer of live.viewers.all()) {
      if (await mayEnter(viewer.userId, learnerId)) continue;
      live.viewers.drop((other) => other === viewer);
    }
  }
  await Promise.all(ending);
}

/** Returns a predicate for the learners whose machines a user may enter now. */
async function readAccess(
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
