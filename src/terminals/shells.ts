import type { EngineTerminal } from '../engine/engine.ts';
import { createTurns } from '../turns.ts';

/** Shells ended at the same time: ending one takes the engine a command in the machine. */
const ENDS_AT_ONCE = 16;

/** A shell whose stream this process holds. */
interface HeldShell extends ShellPlace {
  /** Resolves when the shell has ended and that is noted. */
  gone: Promise<void>;
  ending: Promise<void> | undefined;
}

/** Whose shell it is, and in whose session. */
interface ShellPlace {
  sessionId: string;
  /** Whose session it is. */
  learnerId: string;
  openedById: string;
  engineTerminal: EngineTerminal;
}

export type Shells = ReturnType<typeof createShells>;

/** The shells this process holds, and the one way in which they are ended. */
export function createShells() {
  const held = new Map<string, HeldShell>();
  const turns = createTurns(ENDS_AT_ONCE);

  /** Ends the shell with all that hangs on it, once however often it is asked; resolves when that is noted. */
  function end(id: string): Promise<void> {
    const shell = held.get(id);
    if (!shell) return Promise.resolve();
    shell.ending ??= turns
      .run(() => endShell(shell))
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
    ids: () => [...held.keys()],
    /** Of what one user opened, or of all. */
    opened: (openedById?: string) =>
      [...held]
        .filter(([, of]) => openedById === undefined || of.openedById === openedById)
        .map(([id, { openedById, learnerId }]) => ({ id, openedById, learnerId })),
    ofSession: (sessionId: string) =>
      [...held].filter(([, of]) => of.sessionId === sessionId).map(([id]) => id),

    /** Holds the shell until it has ended; `note` is called then, must not fail, and the shell is let go once it resolves. */
    hold(id: string, shell: ShellPlace, note: (exitCode: number | undefined) => Promise<void>): void {
      const gone = shell.engineTerminal.exited.then(note).finally(() => held.delete(id));
      held.set(id, { ...shell, gone, ending: undefined });
    },

    /** Ends all of them; those that the engine did not end are counted in the answer. */
    async endAll(): Promise<{ failed: number }> {
      const results = await Promise.allSettled([...held.keys()].map(end));
      return { failed: results.filter(({ status }) => status === 'rejected').length };
    },
  };
}

async function endShell({ engineTerminal, gone }: HeldShell): Promise<void> {
  // What it still prints is for nobody: a viewer that stands still must not keep the stream from its end.
  engineTerminal.stream.removeAllListeners('data').resume();
  await engineTerminal.end();
  await gone;
}
