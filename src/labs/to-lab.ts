import type { LabCheck } from './lab-check.ts';
import type { LabDocument } from './lab-schema.ts';
import type { Lab, LabLifetime, LabMachine, LabNetwork, LabStep } from './lab.ts';
import type { LocalizedText } from './localized-text.ts';

/** The network of a lab that names none. */
const ONLY_NETWORK = 'lab';

/** The language of a lab that names none. */
const LANGUAGE = 'en';

const everywhere = (text: string): LocalizedText => ({ [LANGUAGE]: text });

/** The lab that a valid lab.yaml describes, with the defaults that depend on other keys. */
export function toLab(slug: string, version: string, document: LabDocument): Lab {
  const networks = toNetworks(document);
  const machines = document.machines.map((machine) => toMachine(machine, networks));
  return {
    slug,
    version,
    languages: [LANGUAGE],
    title: everywhere(document.title),
    summary: everywhere(document.summary),
    introduction: everywhere(document.introduction),
    conclusion: everywhere(document.conclusion),
    minutes: document.minutes,
    course: document.course,
    machines,
    networks,
    registry: document.registry,
    lifetime: toLifetime(document.lifetime),
    warm: document.warm,
    save: document.save,
    attempts: 'best',
    files: new Map(),
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
  { memory, disk, ports, ...machine }: LabDocument['machines'][number],
  networks: LabNetwork[],
): LabMachine {
  const all = networks.map(({ name }) => name);
  const { user, networks: on = all } = machine;
  return {
    ...machine,
    user,
    memoryBytes: memory,
    diskBytes: disk,
    networks: on,
    ports: ports.map(({ port, name }) => ({ port, name: everywhere(name) })),
    files: [],
    start: [],
  };
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
  return {
    id: step.id,
    title: everywhere(step.title),
    instructions: everywhere(step.instructions),
    start: [],
    checks: check ? [toCheck(check, machines)] : [],
    pass: 1,
    pollSeconds: undefined,
    hints: [],
    solution: [],
    wrong: [],
  };
}

function toCheck(
  check: NonNullable<LabDocument['steps'][number]['check']>,
  machines: LabMachine[],
): LabCheck {
  const machine = machines.find(({ name }) => name === check.machine) ?? machines[0];
  // Root without capabilities can not look into the learner's files: there the learner's user checks.
  const checker = machine?.profile === 'restricted' ? machine.user : 'root';
  return {
    kind: 'script',
    id: 'check',
    title: undefined,
    weight: 1,
    machine: machine?.name ?? '',
    script: check.script,
    user: check.user ?? checker ?? '',
    timeoutSeconds: check.timeout,
  };
}
