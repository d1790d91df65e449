import type { WrittenLab } from '../schema/written-lab.ts';
import type { LabDocument } from '../schema/lab-schema.ts';
import type { Lab, LabLifetime, LabMachine, LabNetwork, LabStep } from '../lab.ts';
import { toCheck } from './to-check.ts';
import { toStartScript, toStepStart, toTestScript } from './to-script.ts';
import { createHash } from 'node:crypto';
import type { LocalizedText } from '../localized-text.ts';
import { NESTED_DATA_FOLDER } from '../../../engine/engine-nested.ts';
import type { IsolationProfile } from '../../../engine/engine.ts';

const MIB = 1024 ** 2;

/** What a machine may take where its lab does not say. An engine of its own takes a share of that. */
const ORDINARY = { memoryBytes: 256 * MIB, diskBytes: 2048 * MIB, pids: 256 };
const USUAL = {
  standard: ORDINARY,
  restricted: ORDINARY,
  nested: { memoryBytes: 768 * MIB, diskBytes: 4096 * MIB, pids: 400 },
} satisfies Record<IsolationProfile, unknown>;

/** A machine of the lab, the `index`th, on all networks unless it names some. */
function toMachine(
  { memory, disk, pids, volumes, files, start, networks: on, ...machine }: LabDocument['machines'][number],
  index: number,
  networks: readonly LabNetwork[],
): LabMachine {
  const { user, profile } = machine;
  const usual = USUAL[profile];
  return {
    ...machine,
    user,
    memoryBytes: memory ?? usual.memoryBytes,
    diskBytes: disk ?? usual.diskBytes,
    pids: pids ?? usual.pids,
    volumes: profile === 'nested' ? withEngineData(volumes) : volumes,
    networks: on ?? networks.map(({ name }) => name),
    files: files.map((file) => ({ ...file, owner: file.owner ?? user ?? 'root' })),
    start: start.map((script, place) =>
      toStartScript(script, `machines[${index}].start[${place}]`, { user, profile }),
    ),
  };
}

/** An engine keeps its images on a volume: what lies on a machine's own file system it cannot stack. */
function withEngineData(volumes: readonly string[]): string[] {
  return [...new Set([...volumes, NESTED_DATA_FOLDER])];
}

/** Letters of the digest of a hint's text: a step has twenty hints at most. */
const DIGEST_LETTERS = 12;

/**
 * The ids of a step's hints: what the author called them, or else what follows from their text in the lab's
 * default language, so that a hint stays the same wherever it stands among the others.
 */
function hintIds(hints: readonly { id?: string | undefined; text: LocalizedText }[]): string[] {
  const seen = new Map<string, number>();
  return hints.map(({ id, text }) => {
    if (id !== undefined) return id;
    const digest = createHash('sha256')
      .update(Object.values(text)[0] ?? '')
      .digest('hex')
      .slice(0, DIGEST_LETTERS);
    const times = (seen.get(digest) ?? 0) + 1;
    seen.set(digest, times);
    return times === 1 ? digest : `${digest}-${times}`;
  });
}

/** A step of the lab, the `index`th. */
function toStep(step: LabDocument['steps'][number], index: number, machines: readonly LabMachine[]): LabStep {
  const { id, title, instructions, check, checks, pass, poll, hints } = step;
  const ids = hintIds(hints);
  const key = (list: string, place: number) => `steps[${index}].${list}[${place}]`;
  return {
    id,
    title,
    instructions,
    start: step.start.map((script, place) => toStepStart(script, key('start', place), machines)),
    checks: (checks ?? (check ? [check] : [])).map((check, place) => toCheck(check, place, machines)),
    pass,
    pollSeconds: poll,
    hints: hints.map(({ text, after, cost }, place) => ({
      id: ids[place] ?? '',
      text,
      afterFailures: after,
      cost,
    })),
    solution: step.solution.map((script, place) => toTestScript(script, key('solution', place), machines)),
    wrong: step.wrong.map((script, place) => toTestScript(script, key('wrong', place), machines)),
    tamper: step.tamper.map((script, place) => toTestScript(script, key('tamper', place), machines)),
  };
}

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
