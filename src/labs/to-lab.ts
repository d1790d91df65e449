import type { LabDocument } from './lab-schema.ts';
import type { Lab, LabLifetime, LabMachine, LabNetwork, LabStep } from './lab.ts';

/** The network of a lab that names none. */
const ONLY_NETWORK = 'lab';

/** The lab that a valid lab.yaml describes, with the defaults that depend on other keys. */
export function toLab(slug: string, version: string, document: LabDocument): Lab {
  const networks = toNetworks(document);
  const machines = document.machines.map((machine) => toMachine(machine, networks));
  return {
    slug,
    version,
    title: document.title,
    summary: document.summary,
    introduction: document.introduction,
    conclusion: document.conclusion,
    minutes: document.minutes,
    course: document.course,
    machines,
    networks,
    registry: document.registry,
    lifetime: toLifetime(document.lifetime),
    warm: document.warm,
    save: document.save,
    steps: document.steps.map((step) => toStep(step, machines)),
  };
}

function toNetworks({ network = 'isolated', networks }: LabDocument): LabNetwork[] {
  if (networks) {
    return Object.entries(networks).map(([name, reach]) => ({ name, internet: reach === 'internet' }));
  }
  return network === 'none' ? [] : [{ name: ONLY_NETWORK, internet: network === 'internet' }];
}

function toMachine(
  { memory, disk, ...machine }: LabDocument['machines'][number],
  networks: LabNetwork[],
): LabMachine {
  const all = networks.map(({ name }) => name);
  const { user, networks: on = all } = machine;
  return { ...machine, user, memoryBytes: memory, diskBytes: disk, networks: on };
}

/** Half an hour idle, two hours in all, as much again by extending; each pulled along by what is given. */
function toLifetime({ idle, total, max }: LabDocument['lifetime']): LabLifetime {
  const totalMinutes = total ?? Math.min(Math.max(120, idle ?? 0), max ?? Infinity);
  return {
    totalMinutes,
    idleMinutes: idle ?? Math.min(30, totalMinutes),
    maxMinutes: max ?? totalMinutes * 2,
  };
}

function toStep({ check, ...step }: LabDocument['steps'][number], machines: LabMachine[]): LabStep {
  if (!check) return { ...step, check: undefined };
  const machine = machines.find(({ name }) => name === check.machine) ?? machines[0];
  // Root without capabilities can not look into the learner's files: there the learner's user checks.
  const checker = machine?.profile === 'restricted' ? machine.user : 'root';
  return {
    ...step,
    check: {
      machine: machine?.name ?? '',
      script: check.script,
      user: check.user ?? checker ?? '',
      timeoutSeconds: check.timeout,
    },
  };
}
