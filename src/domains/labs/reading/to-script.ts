import type { LabMachine, LabScript, StartScript, StepStart } from '../lab.ts';
import type { LabDocument } from '../schema/lab-schema.ts';

type Step = LabDocument['steps'][number];
type WrittenStart = LabDocument['machines'][number]['start'][number];

/** Default time limit of a start script, in seconds. */
const START_SECONDS = 60;

/**
 * Returns the user that runs Berth's own commands in a machine: root with the standard profile. In a restricted
 * machine root cannot read the learner's files, and in a nested one there is no root, so it is the machine's user.
 */
export function workerOf({ profile, user }: Pick<LabMachine, 'profile' | 'user'>): string {
  return (profile === 'standard' ? 'root' : user) ?? '';
}

/** Converts a start script of a machine; `key` is its path in lab.yaml. */
export function toStartScript(
  written: WrittenStart,
  key: string,
  machine: Pick<LabMachine, 'profile' | 'user'>,
): StartScript {
  const { script, user, timeout = START_SECONDS, background = false } = { ...noKeys, ...written };
  return {
    name: script.path ?? key,
    script: script.script,
    user: user ?? workerOf(machine),
    timeoutSeconds: background ? undefined : timeout,
    background,
  };
}

/** Converts a start script of a step. */
export function toStepStart(
  written: Step['start'][number],
  key: string,
  machines: readonly LabMachine[],
): StepStart {
  const { machine: name, foreground = false } = { ...noKeys, ...written };
  const machine = machineNamed(name, machines);
  return { ...toStartScript(written, key, machine), machine: machine.name, foreground };
}

/** Converts a script of the lab's tests. */
export function toTestScript(
  written: Step['solution'][number],
  key: string,
  machines: readonly LabMachine[],
): LabScript {
  const { script, machine: name, user } = { ...noKeys, ...written };
  const machine = machineNamed(name, machines);
  return {
    name: script.path ?? key,
    script: script.script,
    machine: machine.name,
    user: user ?? machine.user,
  };
}

/** Returns the machine of that name, or the first one if `name` is undefined. */
export function machineNamed(name: string | undefined, machines: readonly LabMachine[]): LabMachine {
  const machine = name === undefined ? machines[0] : machines.find((one) => one.name === name);
  if (!machine) throw new Error(`There is no machine "${name}". Validation should have reported it.`);
  return machine;
}

/** The optional keys, which a script in its short form does not have. */
const noKeys: {
  user?: string | undefined;
  timeout?: number | undefined;
  background?: boolean;
  machine?: string | undefined;
  foreground?: boolean;
} = {};
