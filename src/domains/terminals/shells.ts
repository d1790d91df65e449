import { createTurns } from '../../core/turns.ts';
import type { LiveTerminal } from './live-terminal.ts';

/** Shells ended at the same time: ending one takes the engine a command in the machine. */
const ENDS_AT_ONCE = 16;

/** How long what has ended is remembered, in milliseconds, and of how many shells. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 64;

/** Whose shell it is, and in whose session. */
export interface ShellPlace {
  sessionId: string;
  /** Whose session it is. */
  learnerId: string;
  openedById: string;
}

/** A shell whose stream this process holds. */
interface HeldShell extends ShellPlace {
  live: LiveTerminal;
  /** Resolves when this process has let it go, and that is noted. */
  gone: Promise<void>;
  ending: Promise<void> | undefined;
}

export type Shells = ReturnType<typeof createShells>;

/** The shells this process holds, and the one way in which they are ended. */
export function createShells() {
  const held = new Map<string, HeldShell>();
  /** Those that ended a moment ago, for who was cut off then. */
  const ended = new Map<string, ShellPlace & { live: LiveTerminal }>();

  function remember(id: string, shell: ShellPlace & { live: LiveTerminal }): void {
    ended.set(id, shell);
    for (const [oldest] of ended) {
      if (ended.size <= MOST_REMEMBERED) break;
      ended.delete(oldest);
    }
    setTimeout(() => ended.delete(id), REMEMBERED_MS).unref();
  }
  const turns = createTurns(ENDS_AT_ONCE);

  /** Ends the shell with all that hangs on it, once however often it is asked; resolves when that is noted. */
  function end(id: string): Promise<void> {
    const shell = held.get(id);
    if (!shell) return Promise.resolve();
    shell.ending ??= turns
      .run(async () => {
        await shell.live.end();
        await shell.gone;
      })
      .catch((error: unknown) => {
        // The engine may answer again: the next caller tries anew.
        shell.ending = undefined;
        throw error;
      });
    return shell.ending;
  }

  return {
    end,
    has: (id: string) => held.has(id),
    /** Also one that has ended a moment ago: what it printed last, and how it ended, is for who comes back. */
    get: (id: string): (ShellPlace & { live: LiveTerminal }) | undefined => held.get(id) ?? ended.get(id),
    ids: () => [...held.keys()],
    all: (): (ShellPlace & { id: string; live: LiveTerminal })[] =>
      [...held].map(([id, { live, sessionId, learnerId, openedById }]) => ({
        id,
        live,
        sessionId,
        learnerId,
        openedById,
      })),
    ofSession: (sessionId: string) =>
      [...held].filter(([, of]) => of.sessionId === sessionId).map(([id]) => id),

    /** Holds the shell until it is over for this process; `note` is called then, must not fail, and the shell is let go once it resolves. */
    hold(
      id: string,
      shell: ShellPlace & { live: LiveTerminal },
      note: (over: Awaited<LiveTerminal['over']>) => Promise<void>,
    ): void {
      const letGo = async () => {
        const over = await shell.live.over;
        if (over !== 'elsewhere') remember(id, shell);
        await note(over).finally(() => held.delete(id));
      };
      const gone = letGo();
      held.set(id, { ...shell, gone, ending: undefined });
    },

    /** Lets go of those that go on by themselves and ends the others; which were left, and how many others the engine did not end. */
    async leaveAll(): Promise<{ left: string[]; failed: number }> {
      const left: string[] = [];
      const ends: Promise<void>[] = [];
      for (const [id, { live, gone }] of held) {
        if (!live.durable) ends.push(end(id));
        else {
          left.push(id);
          live.leave();
          ends.push(gone);
        }
      }
      const results = await Promise.allSettled(ends);
      return { left, failed: results.filter(({ status }) => status === 'rejected').length };
    },
  };
}
