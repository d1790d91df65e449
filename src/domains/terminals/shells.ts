import { createQueue } from '../../core/queue.ts';
import type { Work } from '../identity/work-access.ts';
import type { LiveTerminal } from './live-terminal.ts';

/** Shells ended at the same time: the engine runs a command in the machine for each. */
const ENDS_AT_ONCE = 16;

/** How long ended shells are remembered, in milliseconds, and how many. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 64;

/** The session and the users that a shell belongs to. */
export interface ShellContext extends Work {
  sessionId: string;
  openedById: string;
}

/** A shell whose stream this process reads. */
interface ShellEntry extends ShellContext {
  live: LiveTerminal;
  /** Resolves when this process has released the shell and stored that. */
  released: Promise<void>;
  ending: Promise<void> | undefined;
}

export type Shells = ReturnType<typeof createShells>;

/** Creates the registry of this process's shells. It is the only code that ends them. */
export function createShells() {
  const shells = new Map<string, ShellEntry>();
  /** Recently ended shells, so a reconnecting client gets the last output and the exit code. */
  const ended = new Map<string, ShellContext & { live: LiveTerminal }>();

  function remember(id: string, shell: ShellContext & { live: LiveTerminal }): void {
    ended.set(id, shell);
    for (const [oldest] of ended) {
      if (ended.size <= MOST_REMEMBERED) break;
      ended.delete(oldest);
    }
    setTimeout(() => ended.delete(id), REMEMBERED_MS).unref();
  }
  const queue = createQueue(ENDS_AT_ONCE);

  /** Ends the shell. Calls during the end share one attempt. Resolves when the end is stored. */
  function end(id: string): Promise<void> {
    const shell = shells.get(id);
    if (!shell) return Promise.resolve();
    shell.ending ??= queue
      .run(async () => {
        await shell.live.end();
        await shell.released;
      })
      .catch((error: unknown) => {
        // The engine may answer later, so the next call tries again.
        shell.ending = undefined;
        throw error;
      });
    return shell.ending;
  }

  return {
    end,
    has: (id: string) => shells.has(id),
    /** Returns a running or recently ended shell: a reconnecting client gets its last output and exit code. */
    get: (id: string): (ShellContext & { live: LiveTerminal }) | undefined => shells.get(id) ?? ended.get(id),
    ids: () => [...shells.keys()],
    all: (): (ShellContext & { id: string; live: LiveTerminal })[] =>
      [...shells].map(([id, { live, sessionId, learnerId, courseId, openedById }]) => ({
        id,
        live,
        sessionId,
        learnerId,
        courseId,
        openedById,
      })),
    ofSession: (sessionId: string) =>
      [...shells].filter(([, of]) => of.sessionId === sessionId).map(([id]) => id),

    /**
     * Registers a shell until it is over for this process. Then `note` is called, which must not fail, and the shell is
     * removed when `note` resolves.
     */
    add(
      id: string,
      shell: ShellContext & { live: LiveTerminal },
      note: (over: Awaited<LiveTerminal['over']>) => Promise<void>,
    ): void {
      const release = async () => {
        const over = await shell.live.over;
        if (over !== 'other-process') remember(id, shell);
        await note(over).finally(() => shells.delete(id));
      };
      const released = release();
      shells.set(id, { ...shell, released, ending: undefined });
    },

    /**
     * Releases durable shells and ends the others. Returns the ids of the released shells, and how many shells the
     * engine did not end.
     */
    async releaseAll(): Promise<{ released: string[]; failed: number }> {
      const released: string[] = [];
      const ends: Promise<void>[] = [];
      for (const [id, { live, released: done }] of shells) {
        if (!live.durable) ends.push(end(id));
        else {
          released.push(id);
          live.release();
          ends.push(done);
        }
      }
      const results = await Promise.allSettled(ends);
      return { released, failed: results.filter(({ status }) => status === 'rejected').length };
    },
  };
}
