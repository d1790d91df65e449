import type Docker from 'dockerode';
import { isFault } from '../../core/errors.ts';
import type { EngineTerminal, ShellSpec, TerminalSpec } from '../engine-terminals.ts';
import { openHeld, reattachHeld, waitHeld } from './holder/held-terminals.ts';
import type { Reach } from './holder/reach.ts';
import { openTerminal } from './terminal.ts';
import { waitInExec } from './waiting-exec.ts';
import type { WaitingShell } from './waiting-shells.ts';

/**
 * Starts shells: held by a program in the machine where this process can reach that, which is on the
 * engine's own host, and otherwise over a stream of the engine's.
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
      const held = machine && (await openHeld(machine, spec));
      return held ?? openTerminal(docker.getContainer(machineId), spec, { sizesAtStart });
    },

    /** Connects again to a shell that is held; undefined when it cannot be reached. */
    async reattach(machineId: string, handle: string, from: number): Promise<EngineTerminal | undefined> {
      try {
        const machine = await reach(machineId);
        return machine && (await reattachHeld(machine, handle, from));
      } catch (error) {
        if (isFault(error, 'CONTAINER_NOT_FOUND')) return undefined;
        throw error;
      }
    },

    /** Starts a shell that waits. @throws CONTAINER_NOT_FOUND, SHELL_NOT_STARTED */
    async wait(machineId: string, spec: ShellSpec): Promise<WaitingShell> {
      const machine = await reach(machineId);
      const held = machine && (await waitHeld(machine, spec));
      return held ?? waitInExec(docker.getContainer(machineId), spec);
    },
  };
}
