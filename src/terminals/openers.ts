import { isFault } from '../errors.ts';
import type { Actor } from '../identity/actor.ts';
import type { Log } from '../log.ts';
import { authorize } from '../sessions/access.ts';
import type { Shells } from './shells.ts';

/** The user as they are now; undefined when disabled or gone. */
export type ActorOf = (userId: string) => Promise<Actor | undefined>;

/** Whether who opened a terminal may still be in the learner's machine. */
export async function mayStay(
  actorOf: ActorOf,
  shell: { openedById: string; learnerId: string },
): Promise<boolean> {
  return mayEnter(await actorOf(shell.openedById), shell.learnerId);
}

/** Ends the shells of this process whose opener may no longer be in their machine: of one user, or of all. */
export async function endUnentitled(
  { shells, actorOf, log }: { shells: Shells; actorOf: ActorOf; log: Log },
  openedById?: string,
): Promise<void> {
  const actors = new Map<string, Actor | undefined>();
  const ending: Promise<void>[] = [];
  for (const shell of shells.opened(openedById)) {
    if (!actors.has(shell.openedById)) actors.set(shell.openedById, await actorOf(shell.openedById));
    if (mayEnter(actors.get(shell.openedById), shell.learnerId)) continue;
    const ended = shells.end(shell.id).catch((error: unknown) => {
      log.error(
        { err: error, terminalId: shell.id },
        'a shell of one who may not be there could not be ended',
      );
    });
    ending.push(ended);
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
