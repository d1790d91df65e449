import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Lab } from '../../labs/lab.ts';
import { shellOf } from '../../labs/machine-shell.ts';
import type { Log } from '../../../core/log.ts';
import type { MadeMachine } from '../provisioning/environment-maker.ts';
import type { WarmMachine } from './warm-environment.ts';

export type WarmShells = ReturnType<typeof createWarmShells>;

/**
 * Shells that wait in prewarmed machines, so that a learner's first terminal is not one that the
 * engine has yet to start. Only the process that had one wait can give it to somebody.
 */
export function createWarmShells(options: {
  engine: Pick<Engine, 'prepareShell' | 'isPrepared' | 'endShell'>;
  logger: Log;
}) {
  const { engine, logger } = options;
  const ending = new Set<Promise<void>>();

  /** A machine without one is as good: its terminals say themselves why they do not start. */
  async function prepare(lab: Lab, machine: MadeMachine): Promise<WarmMachine> {
    const described = lab.machines.find(({ name }) => name === machine.name);
    if (!described) return machine;
    try {
      return { ...machine, shell: await engine.prepareShell(machine.machineId, shellOf(described)) };
    } catch (error) {
      if (!isFault(error, 'SHELL_NOT_STARTED')) throw error;
      logger.warn(
        { err: error, lab: lab.slug, machine: machine.name },
        'No shell waits in a prewarmed machine.',
      );
      return machine;
    }
  }

  async function endIfLeft({ machineId, shell }: WarmMachine): Promise<void> {
    if (shell === undefined || engine.isPrepared(machineId, shell)) return;
    try {
      await engine.endShell(machineId, shell);
    } catch (error) {
      logger.warn({ err: error, machineId }, 'A shell that waits for nobody could not be ended.');
    }
  }

  return {
    /** Has one wait in each of the lab's machines; those that it can wait in know it. */
    prepare: (lab: Lab, machines: readonly MadeMachine[]): Promise<WarmMachine[]> =>
      Promise.all(machines.map((machine) => prepare(lab, machine))),

    /** Ends those that another process had wait, or this one before it was started anew: nobody comes for them. Returns at once. */
    endLeft(machines: readonly WarmMachine[]): void {
      const work = Promise.all(machines.map(endIfLeft)).then(() => void ending.delete(work));
      ending.add(work);
    },

    /** Resolves when none is being ended. */
    async settled(): Promise<void> {
      await Promise.all(ending);
    },
  };
}
