import type Docker from 'dockerode';
import { isFault } from '../../../core/errors.ts';
import type { EngineTerminal, ShellSpec, TerminalSpec } from '../../engine-terminals.ts';
import { openHeld, reattachHeld, waitHeld } from '../holder/held-terminals.ts';
import type { Reach } from '../holder/reach.ts';
import { closed, openTerminal, runBeforeStart, terminalOf } from './terminal.ts';
import type { WaitingShell } from './waiting-shells.ts';
import { readOpening, startShell } from './shell-opening.ts';
import { outputAfterMark, shellHandle } from './shell-leader.ts';

/** Size of a terminal that nobody has opened yet. */
const SIZE: [rows: number, cols: number] = [24, 80];

/** Starts a waiting shell over the engine's stream. @throws SHELL_NOT_STARTED */
async function waitInExec(container: Docker.Container, spec: ShellSpec): Promise<WaitingShell> {
  const shell = await startShell(container, spec, { size: SIZE, waits: true });
  const { stream } = shell;
  // Discards the terminal's output meanwhile; a stream that nobody reads does not report its end.
  const drain = () => void stream.read();
  stream.on('readable', drain);
  return {
    handle: shellHandle(shell),
    ended: closed(stream),
    async take({ rows, cols, beforeStart }) {
      stream.off('readable', drain);
      const terminal = terminalOf(shell);
      await runBeforeStart(terminal, beforeStart);
      try {
        await terminal.resize(rows, cols);
        stream.write('\n');
        // The terminal echoes the line before the shell reports that it continues.
        if (!('state' in (await readOpening(stream, outputAfterMark)))) return terminal;
      } catch (error) {
        stream.destroy();
        throw error;
      }
      stream.destroy();
      await terminal.over;
      return undefined;
    },
    disconnect: () => stream.destroy(),
  };
}

/**
 * Starts shells: with an agent in the machine if this process can connect to that, which requires the
 * engine's own host; otherwise over a stream of the engine.
 */
export function createShells({
  docker,
  reach,
  sizesAtStart,
}: {
  docker: Docker;
  reach: Reach;
  sizesAtStart: () => Promise<boolean>;
}) {
  return {
    /** Opens a terminal. @throws CONTAINER_NOT_FOUND, SHELL_NOT_STARTED */
    async open(machineId: string, spec: TerminalSpec): Promise<EngineTerminal> {
      const machine = await reach(machineId);
      const agentShell = machine && (await openHeld(machine, spec));
      return agentShell ?? openTerminal(docker.getContainer(machineId), spec, { sizesAtStart });
    },

    /** Reconnects to an agent's shell; undefined if it cannot be reached. */
    async reattach(machineId: string, handle: string, from: number): Promise<EngineTerminal | undefined> {
      try {
        const machine = await reach(machineId);
        return machine && (await reattachHeld(machine, handle, from));
      } catch (error) {
        if (isFault(error, 'CONTAINER_NOT_FOUND')) return undefined;
        throw error;
      }
    },

    /** Starts a waiting shell. @throws CONTAINER_NOT_FOUND, SHELL_NOT_STARTED */
    async wait(machineId: string, spec: ShellSpec): Promise<WaitingShell> {
      const machine = await reach(machineId);
      const agentShell = machine && (await waitHeld(machine, spec));
      return agentShell ?? waitInExec(docker.getContainer(machineId), spec);
    },
  };
}
