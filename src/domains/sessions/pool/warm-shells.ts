import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Lab } from '../../labs/lab.ts';
import { shellOf } from '../../labs/machine-shell.ts';
import type { Log } from '../../../core/log.ts';
import type { MadeMachine } from '../provisioning/environment-builder.ts';
import type { WarmMachine } from './warm-store.ts';

export type WarmShells = ReturnType<typeof createWarmShells>;

/**
 * Prepares shells in prewarmed machines, so a learner's first terminal opens without delay. Only the process that
 * prepared a shell can give it to a terminal.
 */
export function createWarmShells(options: {
  engine: Pick<Engine, 'prepareShell' | 'isPrepared' | 'endShell'>;
  log: Log;
}) {
  const { engine, log } = options;
  const ending = new Set<Promise<void>>();

  /** Prepares a shell. A failure is only logged: the machine is usable, and its terminals report why they fail. */
  async function prepare(lab: Lab, machine: MadeMachine): Promise<WarmMachine> {
    const described = lab.machines.find(({ name }) => name === machine.name);
    if (!described) return machine;
    try {
      return { ...machine, shell: await engine.prepareShell(machine.machineId, shellOf(described)) };
    } catch (error) {
      if (!isFault(error, 'SHELL_NOT_STARTED')) throw error;
      log.warn(
        { err: error, lab: lab.slug, machine: machine.name },
        'no shell prepared in a prewarmed machine',
      );
      return machine;
    }
  }

  async function endIfUnused({ machineId, shell }: WarmMachine): Promise<void> {
    if (shell === undefined || engine.isPrepared(machineId, shell)) return;
    try {
      await engine.endShell(machineId, shell);
    } catch (error) {
      log.warn({ err: error, machineId }, 'unused prepared shell not ended');
    }
  }

  return {
    /** Prepares a shell in each machine; returns the machines with their shells. */
    prepare: (lab: Lab, machines: readonly MadeMachine[]): Promise<WarmMachine[]> =>
      Promise.all(machines.map((machine) => prepare(lab, machine))),

    /** Ends shells of another process, or of an earlier run of this one: no terminal can use them. Returns immediately. */
    endUnused(machines: readonly WarmMachine[]): void {
      const work = Promise.all(machines.map(endIfUnused)).then(() => void ending.delete(work));
      ending.add(work);
    },

    /** Resolves once no shell is being ended. */
    async settled(): Promise<void> {
      await Promise.all(ending);
    },
  };
}
