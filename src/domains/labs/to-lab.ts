import type { WrittenLab } from './schema/written-lab.ts';
import type { LabDocument } from './schema/lab-schema.ts';
import type { Lab, LabLifetime, LabMachine, LabNetwork } from './lab.ts';
import { toMachine } from './to-machine.ts';
import { toStep } from './to-step.ts';

/** The network of a lab that names none. */
const ONLY_NETWORK = 'lab';

/** The lab that a valid lab.yaml describes, with the defaults that depend on other keys. */
export function toLab(slug: string, version: string, source: WrittenLab, document: LabDocument): Lab {
  const { languages } = source;
  const networks = toNetworks(document);
  const machines = document.machines.map((machine, index) => toMachine(machine, index, networks));
  const nothing = Object.fromEntries(languages.map((language) => [language, '']));
  return {
    slug,
    version,
    languages,
    title: document.title,
    summary: document.summary ?? nothing,
    introduction: document.introduction ?? nothing,
    conclusion: document.conclusion ?? nothing,
    minutes: document.minutes,
    course: document.course?.name,
    courseTitle: document.course?.title,
    machines,
    networks,
    registry: document.registry,
    lifetime: toLifetime(document.lifetime),
    warm: document.warm,
    save: document.save,
    recording: document.recording,
    attempts: document.attempts,
    steps: document.steps.map((step, index) => toStep(step, index, machines)),
    files: contentsOf(machines, source),
  };
}

function toNetworks({ network = 'isolated', networks }: LabDocument): LabNetwork[] {
  if (networks) {
    return Object.entries(networks).map(([name, reach]) => ({ name, internet: reach === 'internet' }));
  }
  return network === 'none' ? [] : [{ name: ONLY_NETWORK, internet: network === 'internet' }];
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

/** What the machines' files hold; the folder's other files are not kept. */
function contentsOf(machines: readonly LabMachine[], { files }: WrittenLab): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  for (const { from } of machines.flatMap(({ files }) => files)) {
    const content = files.get(from);
    if (content) contents.set(from, content);
  }
  return contents;
}
