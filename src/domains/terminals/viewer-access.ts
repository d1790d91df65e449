import { isFault } from '../../core/errors.ts';
import type { Actor } from '../identity/actor.ts';
import type { Work, WorkAccess } from '../identity/work-access.ts';
import type { Log } from '../../core/log.ts';
import { authorize } from '../sessions/access.ts';
import type { Shells } from './shells.ts';

/** Returns the user's current state; undefined if disabled or deleted. */
export type ActorOf = (userId: string) => Promise<Actor | undefined>;

interface Access {
  actorOf: ActorOf;
  workAccess: Pick<WorkAccess, 'includes'>;
}

/** Returns whether a user may still enter the machines in which this work is done. */
export async function mayStay({ actorOf, workAccess }: Access, userId: string, work: Work): Promise<boolean> {
  return mayEnter(workAccess, await actorOf(userId), work);
}

/**
 * Ends this process's shells whose opener lost access to their machine, and drops viewers who lost access. Checks all
 * users, or one, or those who are in machines of others.
 */
export async function dropUnauthorized(
  { shells, log, actorOf, workAccess }: { shells: Shells; log: Log } & Access,
  whom: { userId?: string; isStaff?: true } = {},
): Promise<void> {
  const actors = new Map<string, Actor | undefined>();
  async function mayStayNow(someone: string, work: Work): Promise<boolean> {
    if (whom.userId !== undefined && someone !== whom.userId) return true;
    if (whom.isStaff && someone === work.learnerId) return true;
    if (!actors.has(someone)) actors.set(someone, await actorOf(someone));
    return mayEnter(workAccess, actors.get(someone), work);
  }

  const ending: Promise<void>[] = [];
  for (const { id, openedById, live, ...work } of shells.all()) {
    if (!(await mayStayNow(openedById, work))) {
      const ended = shells.end(id).catch((error: unknown) => {
        log.error({ err: error, terminalId: id }, 'ending the shell of a user without access failed');
        live.viewers.drop();
      });
      ending.push(ended);
      continue;
    }
    for (const viewer of live.viewers.all()) {
      if (await mayStayNow(viewer.userId, work)) continue;
      live.viewers.drop((other) => other === viewer);
    }
  }
  await Promise.all(ending);
}

async function mayEnter(
  workAccess: Pick<WorkAccess, 'includes'>,
  actor: Actor | undefined,
  work: Work,
): Promise<boolean> {
  try {
    await authorize(workAccess, actor, 'enter', work);
    return true;
  } catch (error) {
    if (isFault(error, 'UNAUTHENTICATED', 'SESSION_NOT_FOUND', 'FORBIDDEN')) return false;
    throw error;
  }
}
