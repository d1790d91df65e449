import type { LabMachine, LabScript, StartScript, StepStart } from '../lab.ts';
import type { LabDocument } from '../schema/lab-schema.ts';

type Step = LabDocument['steps'][number];
type WrittenStart = LabDocument['machines'][number]['start'][number];

/** Longest time of a start script that says none, in seconds. */
const START_SECONDS = 60;

/**
 * Who does in a machine what Berth asks for: root, who may look everywhere; without capabilities root can
 * not look into the learner's files, and beside an engine nobody is root: there the learner's user does.
 */
export function workerOf({ profile, user }: Pick<LabMachine, 'profile' | 'user'>): string {
  return (profile === 'standard' ? 'root' : user) ?? '';
}

/** A script that prepares a machine; `key` is its place in lab.yaml. */
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

/** A script that prepares a step. */
export function toStepStart(
  written: Step['start'][number],
  key: string,
  machines: readonly LabMachine[],
): StepStart {
  const { machine: name, foreground = false } = { ...noKeys, ...written };
  const machine = machineNamed(name, machines);
  return { ...toStartScript(written, key, machine), machine: machine.name, foreground };
}

/** A script of the lab's tests. */
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

/** The machine of that name, the first where none is named. */
export function machineNamed(name: string | undefined, machines: readonly LabMachine[]): LabMachine {
  const machine = name === undefined ? machines[0] : machines.find((one) => one.name === name);
  if (!machine) throw new Error(`There is no machine "${name}", which the conflicts should have told.`);
  return machine;
}

/** The keys that a script written in short does not have. */
const noKeys: {
  user?: string | undefined;
  timeout?: number | undefined;
  background?: boolean;
  machine?: string | undefined;
  foreground?: boolean;
} = {};
