import { MIB } from '../../../core/units.ts';
import type { LabContext } from '../schema/lab-context.ts';
import type { LabDocument } from '../schema/lab-schema.ts';
import type { Lab, LabLifetime, LabMachine, LabNetwork, LabStep } from '../lab.ts';
import { defaultCheckId } from '../lab-check.ts';
import type {
  CommandCheck,
  FileCheck,
  LabCheck,
  QuizCheck,
  ScriptCheck,
  TrustedCheck,
} from '../lab-check.ts';
import { toTextRule } from '../schema/check-schema.ts';
import { toStartScript, toStepStart, toTestScript, machineNamed, workerOf } from './to-script.ts';
import { createHash } from 'node:crypto';
import type { LocalizedText } from '../localized-text.ts';
import { NESTED_DATA_FOLDER } from '../../../engine/engine.ts';
import type { IsolationProfile } from '../../../engine/engine.ts';

/** Default limits of a machine. A nested engine uses a part of them. */
const STANDARD_LIMITS = { memoryBytes: 256 * MIB, diskBytes: 2048 * MIB, pids: 256 };
const DEFAULT_LIMITS = {
  standard: STANDARD_LIMITS,
  restricted: STANDARD_LIMITS,
  nested: { memoryBytes: 768 * MIB, diskBytes: 4096 * MIB, pids: 400 },
} satisfies Record<IsolationProfile, unknown>;

/** Converts a machine; `index` is its position. Without `networks` it joins all networks of the lab. */
function toMachine(
  { memory, disk, pids, volumes, files, start, networks: on, ...machine }: LabDocument['machines'][number],
  index: number,
  networks: readonly LabNetwork[],
): LabMachine {
  const { user, profile } = machine;
  const defaults = DEFAULT_LIMITS[profile];
  return {
    ...machine,
    user,
    memoryBytes: memory ?? defaults.memoryBytes,
    diskBytes: disk ?? defaults.diskBytes,
    pids: pids ?? defaults.pids,
    volumes: profile === 'nested' ? withEngineData(volumes) : volumes,
    networks: on ?? networks.map(({ name }) => name),
    files: files.map((file) => ({ ...file, owner: file.owner ?? user ?? 'root' })),
    start: start.map((script, place) =>
      toStartScript(script, `machines[${index}].start[${place}]`, { user, profile }),
    ),
  };
}

/** Adds a volume for the engine's images: overlayfs cannot stack layers on the machine's own file system. */
function withEngineData(volumes: readonly string[]): string[] {
  return [...new Set([...volumes, NESTED_DATA_FOLDER])];
}

/** Length of a hint's digest, in hex digits: enough for the at most twenty hints of a step. */
const DIGEST_LETTERS = 12;

/**
 * Returns the ids of a step's hints. Without an id from the author, the id is a digest of the text in the default
 * language, so a hint keeps its id when the order changes.
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

/** Converts a step; `index` is its position. */
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

/** Name of the network of a lab without `networks`. */
const DEFAULT_NETWORK = 'lab';

/** Converts a valid lab.yaml, and fills in the defaults that depend on other keys. */
export function toLab(
  slug: string,
  version: string,
  source: LabContext,
  document: LabDocument,
): Omit<Lab, 'warnings'> {
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
    collection: document.collection?.name,
    collectionTitle: document.collection?.title,
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
    return Object.entries(networks).map(([name, access]) => ({ name, internet: access === 'internet' }));
  }
  return network === 'none' ? [] : [{ name: DEFAULT_NETWORK, internet: network === 'internet' }];
}

/** Defaults: 30 minutes idle, 2 hours in total, twice the total with extensions. Each adapts to the given values. */
function toLifetime({ idle, total, max }: LabDocument['lifetime']): LabLifetime {
  const totalMinutes = total ?? Math.min(Math.max(120, idle ?? 0), max ?? Infinity);
  return {
    totalMinutes,
    idleMinutes: idle ?? Math.min(30, totalMinutes),
    maxMinutes: max ?? totalMinutes * 2,
  };
}

/** Returns the contents of the machines' files only; the folder's other files are not needed. */
function contentsOf(machines: readonly LabMachine[], { files }: LabContext): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  for (const { from } of machines.flatMap(({ files }) => files)) {
    const content = files.get(from);
    if (content) contents.set(from, content);
  }
  return contents;
}

type Written = NonNullable<LabDocument['steps'][number]['check']>;
type Of<Kind extends string> = Extract<Written, Record<Kind, unknown>>;

/** The shell of commands that a lab gives as one text. */
const SHELL = ['/bin/sh', '-c'];

/** Converts a check of a step; `place` is its index. */
function toCheck(check: Written, place: number, machines: readonly LabMachine[]): LabCheck {
  const common = { id: check.id ?? defaultCheckId(place), title: check.title, weight: check.weight };
  if ('quiz' in check) return { ...common, ...toQuiz(check) };

  const machine = machineNamed(check.machine, machines);
  const inMachine = { ...common, machine: machine.name, timeoutSeconds: check.timeout };
  if ('http' in check) {
    const { contains, matches, equals, ...http } = check.http;
    return {
      ...inMachine,
      kind: 'http',
      http: { ...http, body: toTextRule({ contains, matches, equals }) },
    };
  }
  const user = check.user ?? workerOf(machine);
  if ('script' in check) return { ...inMachine, ...toScript(check, user) };
  if ('file' in check) return { ...inMachine, ...toFile(check), user };
  return { ...inMachine, ...toCommand(check), user };
}

function toScript(
  { script: { script }, trusted }: Of<'script'>,
  user: string,
):
  | Pick<ScriptCheck, 'kind' | 'script' | 'user'>
  | Pick<TrustedCheck, 'kind' | 'script' | 'image' | 'paths' | 'engine'> {
  if (trusted === false) return { kind: 'script', script, user };
  const { image, paths, engine } =
    trusted === true ? { image: undefined, paths: [], engine: false } : trusted;
  return { kind: 'trusted', script, image, paths, engine };
}

function toFile({ file }: Of<'file'>): Pick<FileCheck, 'kind' | 'file'> {
  const { path, exists, kind, mode, owner } = file;
  return { kind: 'file', file: { path, exists, kind, content: toTextRule(file), mode, owner } };
}

function toCommand({ command }: Of<'command'>): Pick<CommandCheck, 'kind' | 'command'> {
  const { run, exit } = command;
  const words = typeof run === 'string' ? [...SHELL, run] : run;
  return { kind: 'command', command: { run: words, exit, output: toTextRule(command) } };
}

function toQuiz({
  quiz,
}: Of<'quiz'>): Pick<QuizCheck, 'kind' | 'question' | 'explanation' | 'attempts' | 'cost' | 'answer'> {
  const {
    question,
    explanation,
    options,
    multiple = false,
    answer = [],
    match = 'exact',
    attempts,
    cost,
  } = quiz;
  return {
    kind: 'quiz',
    question,
    explanation,
    attempts,
    cost,
    answer: options
      ? { kind: 'choice', multiple, options }
      : { kind: 'text', answers: answer, match, ignoreCase: quiz.ignoreCase ?? false },
  };
}
