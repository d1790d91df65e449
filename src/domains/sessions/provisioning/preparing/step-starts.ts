import type { Engine } from '../../../../engine/engine.ts';
import type { Lab, LabStep } from '../../../labs/lab.ts';
import { machineNamed } from '../../../labs/reading/to-script.ts';
import { startEnvironment } from './preparation.ts';
import { createStartScripts } from './start-scripts.ts';

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
