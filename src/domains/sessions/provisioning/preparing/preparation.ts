import type { Engine, ProvisionedMachine, ProvisionProgress } from '../../../../engine/engine.ts';
import type { Lab, LabMachine, StartScript, LabStep } from '../../../labs/lab.ts';
import { machineNamed } from '../../../labs/reading/to-script.ts';
import { createPlacing } from './placing.ts';
import { createStartScripts } from './start-scripts.ts';

/** Progress of an environment, from its first image to machines that are ready to use. */
export type PreparingProgress = ProvisionProgress | { phase: 'preparing'; percent?: number };

/** Prepares new machines as their lab describes. */
export function createPreparation({ engine }: { engine: Pick<Engine, 'exec' | 'copyIn'> }) {
  const placing = createPlacing({ engine });
  const scripts = createStartScripts({ engine });

  /**
   * Places the files of all these machines, then runs their start scripts one after another in the lab's order. So a
   * script can use what earlier machines provide. Repeat it in new machines only.
   * @throws LAB_START_FAILED, DISK_FULL, `signal`'s reason, what the engine throws
   */
  return async function prepare(
    lab: Lab,
    machines: readonly ProvisionedMachine[],
    { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: PreparingProgress) => void },
  ): Promise<void> {
    const pairs = machines.flatMap(({ name, machineId }) => {
      const machine = lab.machines.find((candidate) => candidate.name === name);
      return machine ? [{ machine, machineId }] : [];
    });
    const work = [
      ...pairs
        .filter(({ machine }) => machine.files.length > 0)
        .map(
          ({ machine, machineId }) =>
            () =>
              placing.place(lab, machine, machineId, signal),
        ),
      ...pairs.flatMap(({ machine, machineId }) =>
        machine.start.map((script) => () => run(lab, machine, machineId, script, signal)),
      ),
    ];
    for (const [done, part] of work.entries()) {
      onProgress({ phase: 'preparing', percent: (100 * done) / work.length });
      await part();
    }
  };

  function run(lab: Lab, machine: LabMachine, machineId: string, script: StartScript, signal: AbortSignal) {
    const place = { lab: lab.slug, machine: machine.name, machineId };
    return scripts.run(script, { ...place, environment: startEnvironment(lab, machine) }, signal);
  }
}

/** Returns the environment variables of start scripts; docs/lab-authoring.md lists them for authors. Pure. */
export function startEnvironment(lab: Pick<Lab, 'slug'>, { name, user }: LabMachine): Record<string, string> {
  return {
    BERTH_LAB: lab.slug,
    BERTH_MACHINE: name,
    ...(user !== undefined && { BERTH_USER: user }),
  };
}

/** A command to type into a shell of the machine. */
export interface TypedCommand {
  /** Name of the machine. */
  machine: string;
  /** One line, without a line break. */
  command: string;
}

export type StepStarts = ReturnType<typeof createStepStarts>;

/** Prepares machines for steps. */
export function createStepStarts({ engine }: { engine: Pick<Engine, 'exec'> }) {
  const scripts = createStartScripts({ engine });

  /**
   * Runs the start scripts of the step one after another. Scripts for the foreground are only written to their machines.
   * Returns the commands by which a shell of the machine's user runs those, in order.
   * @throws LAB_START_FAILED, `signal`'s reason, what the engine throws
   */
  return async function prepareStep(
    lab: Pick<Lab, 'slug' | 'machines'>,
    step: Pick<LabStep, 'start'>,
    machineIdOf: (machine: string) => string,
    signal: AbortSignal,
  ): Promise<TypedCommand[]> {
    const typed: TypedCommand[] = [];
    for (const script of step.start) {
      const machine = machineNamed(script.machine, lab.machines);
      const place = {
        lab: lab.slug,
        machine: machine.name,
        machineId: machineIdOf(machine.name),
        environment: startEnvironment(lab, machine),
      };
      if (script.foreground) {
        const path = await scripts.write(script, { ...place, user: machine.user }, signal);
        typed.push({ machine: machine.name, command: `. ${path}` });
      } else {
        await scripts.run(script, place, signal);
      }
    }
    return typed;
  };
}
