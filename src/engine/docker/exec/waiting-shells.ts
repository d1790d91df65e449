import type { EngineTerminal, ShellSpec, TerminalSpec } from '../../engine-terminals.ts';
import { environmentList } from '../environments/machine-config.ts';

/** A shell that waits in a machine until a terminal is opened. */
export interface WaitingShell {
  handle: string;
  /** Resolves when it no longer waits, unless it was taken. */
  ended: Promise<void>;
  /** Starts it at this size; undefined if it does not answer. */
  take(as: Pick<TerminalSpec, 'rows' | 'cols' | 'beforeStart'>): Promise<EngineTerminal | undefined>;
  /** Disconnects; the shell keeps waiting. */
  disconnect(): unknown;
}

/** Creates the list of shells that wait in machines for a terminal. Only this process has their streams. */
export function createWaitingShells(start: (machineId: string, spec: ShellSpec) => Promise<WaitingShell>) {
  /** By machine and specification: each prepared shell until it is taken or ends. */
  const waiting = new Map<string, { machineId: string; shell: WaitingShell }>();

  function add(key: string, machineId: string, shell: WaitingShell): void {
    waiting.set(key, { machineId, shell });
    const forget = () => waiting.get(key)?.shell === shell && waiting.delete(key);
    void shell.ended.then(forget);
  }

  return {
    /** Prepares a shell, or reuses a waiting one. Returns its handle. @throws SHELL_NOT_STARTED */
    async prepare(machineId: string, spec: ShellSpec): Promise<string> {
      const key = keyOf(machineId, spec);
      const prepared = waiting.get(key);
      if (prepared) return prepared.shell.handle;
      const shell = await start(machineId, spec);
      add(key, machineId, shell);
      return shell.handle;
    },

    /** Returns whether the shell with this handle waits here. */
    has: (machineId: string, handle: string): boolean =>
      [...waiting.values()].some((each) => each.machineId === machineId && each.shell.handle === handle),

    /**
     * Starts the waiting shell with this specification, at its size; undefined if none waits, or it does not
     * answer.
     */
    async take(
      machineId: string,
      { rows, cols, beforeStart, ...spec }: TerminalSpec,
    ): Promise<EngineTerminal | undefined> {
      const key = keyOf(machineId, spec);
      const prepared = waiting.get(key);
      if (!prepared) return undefined;
      waiting.delete(key);
      return prepared.shell.take({ rows, cols, ...(beforeStart && { beforeStart }) });
    },

    /** Closes the streams. Waiting shells keep waiting: `endShell` ends them. */
    close(): void {
      for (const { shell } of waiting.values()) shell.disconnect();
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
