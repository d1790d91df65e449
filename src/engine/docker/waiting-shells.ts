import type Docker from 'dockerode';
import type { EngineTerminal, ShellSpec, TerminalSpec } from '../engine.ts';
import { environmentList } from './machine-config.ts';
import { readOpening } from './opening-reader.ts';
import { begunAt, leaderHandle } from './shell-leader.ts';
import { startShell } from './shell-opening.ts';
import type { OpenShell } from './shell-opening.ts';
import { terminalOf } from './terminal.ts';

/** Size of a terminal that nobody has looked at yet. */
const SIZE: [rows: number, cols: number] = [24, 80];

export type WaitingShells = ReturnType<typeof createWaitingShells>;

/** Shells that wait in machines for who opens a terminal there. Their streams are this process's alone. */
export function createWaitingShells(docker: Docker) {
  /** By machine and what they are to become: as many as were asked for, until they are taken or end. */
  const waiting = new Map<string, { shell: OpenShell; release(): void }>();

  function hold(key: string, shell: OpenShell): void {
    const { stream } = shell;
    // What the terminal says meanwhile is for nobody; a stream that is not read does not tell of its end.
    const drain = () => void stream.read();
    const forget = () => void waiting.delete(key);
    stream.on('readable', drain).once('close', forget);
    const release = () => void stream.off('readable', drain).off('close', forget);
    waiting.set(key, { shell, release });
  }

  return {
    /** Has one wait; one that waits already serves. Its handle. @throws SHELL_NOT_STARTED */
    async prepare(machineId: string, spec: ShellSpec): Promise<string> {
      const key = keyOf(machineId, spec);
      const there = waiting.get(key);
      if (there) return leaderHandle(there.shell.leader);
      const shell = await startShell(docker.getContainer(machineId), spec, { size: SIZE, waits: true });
      hold(key, shell);
      return leaderHandle(shell.leader);
    },

    /** Whether the shell of this handle waits here. */
    has: (machineId: string, handle: string): boolean =>
      [...waiting.values()].some(
        ({ shell }) => shell.container.id === machineId && leaderHandle(shell.leader) === handle,
      ),

    /** Lets one go that waits for this, at its size; undefined when there is none, or it does not answer. */
    async take(
      machineId: string,
      { rows, cols, ...spec }: TerminalSpec,
    ): Promise<EngineTerminal | undefined> {
      const key = keyOf(machineId, spec);
      const there = waiting.get(key);
      if (!there) return undefined;
      waiting.delete(key);
      there.release();
      const terminal = terminalOf(there.shell);
      const { stream } = terminal;
      try {
        await terminal.resize(rows, cols);
        stream.write('\n');
        // The terminal echoes the line before the shell says that it goes on.
        if (!('state' in (await readOpening(stream, begunAt)))) return terminal;
      } catch (error) {
        stream.destroy();
        throw error;
      }
      stream.destroy();
      await terminal.exited;
      return undefined;
    },

    /** Lets go of their streams. What waits goes on waiting: `endShell` ends it. */
    close(): void {
      for (const { shell } of waiting.values()) shell.stream.destroy();
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
