import type { EngineTerminal, ShellSpec, TerminalSpec } from '../../engine-terminals.ts';
import { environmentList } from '../environments/machine-config.ts';

/** A shell that waits to be let go. */
export interface WaitingShell {
  handle: string;
  /** Resolves when it waits no more, unless it was taken. */
  gone: Promise<void>;
  /** Lets it go at this size; undefined when it does not answer. */
  take(as: Pick<TerminalSpec, 'rows' | 'cols' | 'note'>): Promise<EngineTerminal | undefined>;
  /** Hangs up; it goes on waiting. */
  leave(): unknown;
}

export type WaitingShells = ReturnType<typeof createWaitingShells>;

/** Shells that wait in machines for who opens a terminal there. Their streams are this process's alone. */
export function createWaitingShells(start: (machineId: string, spec: ShellSpec) => Promise<WaitingShell>) {
  /** By machine and what they are to become: as many as were asked for, until they are taken or end. */
  const waiting = new Map<string, { machineId: string; shell: WaitingShell }>();

  function hold(key: string, machineId: string, shell: WaitingShell): void {
    waiting.set(key, { machineId, shell });
    const forget = () => waiting.get(key)?.shell === shell && waiting.delete(key);
    void shell.gone.then(forget);
  }

  return {
    /** Has one wait; one that waits already serves. Its handle. @throws SHELL_NOT_STARTED */
    async prepare(machineId: string, spec: ShellSpec): Promise<string> {
      const key = keyOf(machineId, spec);
      const there = waiting.get(key);
      if (there) return there.shell.handle;
      const shell = await start(machineId, spec);
      hold(key, machineId, shell);
      return shell.handle;
    },

    /** Whether the shell of this handle waits here. */
    has: (machineId: string, handle: string): boolean =>
      [...waiting.values()].some((each) => each.machineId === machineId && each.shell.handle === handle),

    /** Lets one go that waits for this, at its size; undefined when there is none, or it does not answer. */
    async take(
      machineId: string,
      { rows, cols, note, ...spec }: TerminalSpec,
    ): Promise<EngineTerminal | undefined> {
      const key = keyOf(machineId, spec);
      const there = waiting.get(key);
      if (!there) return undefined;
      waiting.delete(key);
      return there.shell.take({ rows, cols, ...(note && { note }) });
    },

    /** Lets go of their streams. What waits goes on waiting: `endShell` ends it. */
    close(): void {
      for (const { shell } of waiting.values()) shell.leave();
    },
  };
}

const keyOf = (machineId: string, { command, user, workingDirectory, environment }: ShellSpec) =>
  JSON.stringify([
    machineId,
    command,
    user,
    workingDirectory,
    environmentList(environment).toSorted(inOrder),
  ]);

const inOrder = (a: string, b: string) => (a < b ? -1 : 1);
