import type { KeyProblem } from '../schema/schema-messages.ts';
import type { Written } from '../reading/lab-yaml.ts';
import { defaultCheckId } from '../lab-check.ts';
import { entries, isMapping } from '../reading/lab-yaml.ts';
import { CHECK_KINDS } from '../schema/check-schema.ts';
import type { PatternReader } from '../pattern.ts';

/** Keys of a file check that a missing file cannot meet. */
const OF_A_FILE = ['kind', 'contains', 'matches', 'equals', 'mode', 'owner'];

/** Whether a user of the machine runs the check. */
function isRunInMachine(check: Written): boolean {
  return check.quiz === undefined && check.http === undefined && !isTrusted(check);
}

/** Finds keys of one check that conflict. */
function checkConflicts(
  { entry, path }: { entry: Written; path: PropertyKey[] },
  readPattern: PatternReader,
): KeyProblem[] {
  const problems: KeyProblem[] = [];
  const kinds = CHECK_KINDS.filter((kind) => entry[kind] !== undefined);
  for (const kind of kinds.slice(1)) {
    const message = `must be left out: the check has "${kinds[0]}", and a check has only one kind`;
    problems.push({ path: [...path, kind], message });
  }
  if (isTrusted(entry) && entry.user !== undefined) {
    const message = 'must be left out: a trusted check runs in a separate container';
    problems.push({ path: [...path, 'user'], message });
  }
  if (isMapping(entry.file)) problems.push(...fileConflicts(entry.file, [...path, 'file']));
  if (isMapping(entry.quiz)) problems.push(...quizConflicts(entry.quiz, [...path, 'quiz'], readPattern));
  return problems;
}

function isTrusted({ trusted }: Written): boolean {
  return trusted !== undefined && trusted !== false;
}

function fileConflicts(file: Written, path: PropertyKey[]): KeyProblem[] {
  const idle = (keys: string[], why: string) =>
    keys
      .filter((key) => file[key] !== undefined)
      .map((key) => ({ path: [...path, key], message: `must be left out: ${why}` }));
  if (file.exists === false) return idle(OF_A_FILE, 'with "exists: false", nothing else can be checked');
  if (file.kind !== 'folder') return [];
  return idle(['contains', 'matches', 'equals'], 'a folder has no content to compare');
}

/** Finds problems that leave a question without a valid answer. */
function quizConflicts(quiz: Written, path: PropertyKey[], readPattern: PatternReader): KeyProblem[] {
  const { options, answer } = quiz;
  if (options === undefined && answer === undefined) {
    return [{ path, message: 'must have "options" or an "answer"' }];
  }
  if (options === undefined)
    return [...idle(quiz, path, ['multiple'], 'answer'), ...badPatterns(quiz, path, readPattern)];
  return [
    ...idle(quiz, path, ['answer', 'match', 'ignoreCase'], 'options'),
    ...wrongNumberCorrect(quiz, path),
  ];
}

function idle(quiz: Written, path: PropertyKey[], keys: string[], other: string): KeyProblem[] {
  return keys
    .filter((key) => quiz[key] !== undefined)
    .map((key) => ({ path: [...path, key], message: `must be left out together with "${other}"` }));
}

function wrongNumberCorrect({ options, multiple }: Written, path: PropertyKey[]): KeyProblem[] {
  if (!Array.isArray(options)) return [];
  const correct = options.filter((option: unknown) => isMapping(option) && option.correct === true).length;
  const at = [...path, 'options'];
  if (correct === 0) return [{ path: at, message: 'must have a correct one, with "correct: true"' }];
  if (correct === 1 || multiple === true) return [];
  return [
    { path: at, message: 'must have only one correct option, unless the question has "multiple: true"' },
  ];
}

function badPatterns(
  { match, answer }: Written,
  path: PropertyKey[],
  readPattern: PatternReader,
): KeyProblem[] {
  const problems = (pattern: unknown, place: PropertyKey[]): KeyProblem[] => {
    const message = typeof pattern === 'string' ? readPattern(pattern.trim()) : undefined;
    return message === undefined ? [] : [{ path: [...path, 'answer', ...place], message }];
  };
  if (match !== 'pattern') return [];
  if (!Array.isArray(answer)) return problems(answer, []);
  return answer.flatMap((one: unknown, place) => problems(one, [place]));
}

/** Finds conflicts within the steps, and between steps and machines. */
export function stepConflicts(lab: Written, readPattern: PatternReader): KeyProblem[] {
  return entries(lab.steps).flatMap(({ entry: step, index }) => {
    const path = ['steps', index];
    const checks = [...writtenAs(step, 'check', path), ...writtenAs(step, 'checks', path)];
    const starts = writtenAs(step, 'start', path);
    const tests = ['solution', 'wrong', 'tamper'].flatMap((key) => writtenAs(step, key, path));
    return [
      ...checkOrChecks(step, path),
      ...repeatedIds(checks, defaultCheckId),
      ...repeatedIds(writtenAs(step, 'hints', path), () => undefined),
      ...checks.flatMap((check) => checkConflicts(check, readPattern)),
      ...pollConflicts(step, checks, path),
      ...startConflicts(starts),
      ...machineReferences(lab, [
        ...checks.map((check) => ({ ...check, what: isRunInMachine(check.entry) ? 'a check' : undefined })),
        ...starts.map((start) => ({
          ...start,
          what: start.entry.foreground === true ? undefined : 'a start script',
        })),
        ...tests.map((test) => ({ ...test, what: undefined })),
      ]),
    ];
  });
}

function checkOrChecks({ check, checks }: Written, path: PropertyKey[]): KeyProblem[] {
  if (check === undefined || checks === undefined) return [];
  return [{ path: [...path, 'check'], message: 'must be left out, because the step has "checks"' }];
}

function repeatedIds(
  named: { entry: Written; path: PropertyKey[] }[],
  defaultId: (place: number) => string | undefined,
): KeyProblem[] {
  const seen = new Set<unknown>();
  return named.flatMap(({ entry, path }, place) => {
    const id = entry.id ?? defaultId(place);
    if (typeof id !== 'string') return [];
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [{ path: [...path, 'id'], message: `"${id}" is used twice: each id must be unique` }];
  });
}

/** Rejects automatic checks of a step without checks, or with a question that waits for an answer. */
function pollConflicts(step: Written, checks: { entry: Written }[], path: PropertyKey[]): KeyProblem[] {
  if (step.poll === undefined) return [];
  const here = [...path, 'poll'];
  if (checks.length === 0) return [{ path: here, message: 'must be left out: the step has no check' }];
  if (!checks.some(({ entry }) => entry.quiz !== undefined)) return [];
  return [{ path: here, message: 'must be left out: a question waits for an answer' }];
}

/** Finds keys of start scripts that have no effect in combination with others. */
export function startConflicts(starts: readonly { entry: Written; path: PropertyKey[] }[]): KeyProblem[] {
  return starts.flatMap(({ entry, path }) => {
    const idle = (key: string, why: string): KeyProblem[] =>
      entry[key] === undefined ? [] : [{ path: [...path, key], message: `must be left out: ${why}` }];
    if (entry.foreground === true) {
      const why = 'with "foreground", the learner\'s own shell runs the script';
      return [...idle('user', why), ...idle('timeout', why), ...idle('background', why)];
    }
    return entry.background === true ? idle('timeout', 'with "background", nothing waits for its end') : [];
  });
}

/** An entry of lab.yaml that refers to a machine, and its path. */
interface InMachine {
  entry: Written;
  path: PropertyKey[];
  /** What runs in the machine, such as "a check"; undefined if it needs no particular user. */
  what: string | undefined;
}

/** Whether machines of this profile run without root. */
export function isWithoutRoot(profile: unknown): boolean {
  return profile === 'restricted' || profile === 'nested';
}

/** Finds references to unknown machines, and entries without a user in a machine that has neither root nor a user. */
export function machineReferences(lab: Written, all: readonly InMachine[]): KeyProblem[] {
  const machines = entries(lab.machines).map(({ entry }) => entry);
  return all.flatMap(({ entry, path, what }): KeyProblem[] => {
    const wanted = entry.machine ?? machines[0]?.name;
    const machine = machines.find(({ name }) => name === wanted);
    if (typeof entry.machine === 'string' && !machine) {
      const names = machines.map(({ name }) => String(name)).join(', ');
      return [
        {
          path: [...path, 'machine'],
          message: `there is no machine "${entry.machine}": the lab has ${names}`,
        },
      ];
    }
    if (machine?.profile === 'nested' && (entry.user === 'root' || /^0+$/.test(String(entry.user)))) {
      return [{ path: [...path, 'user'], message: 'must not be root: the machine is "nested"' }];
    }
    const nobody = entry.user === undefined && machine?.user === undefined;
    if (what === undefined || !isWithoutRoot(machine?.profile) || !nobody) return [];
    return [
      {
        path: [...path, 'user'],
        message: `is missing: the "${String(machine?.profile)}" machine has no user, so ${what} must name one`,
      },
    ];
  });
}

/** Lists the entries under a key that holds one entry or a list, with their paths. A short form becomes an empty mapping. */
export function writtenAs(
  parent: Written,
  key: string,
  path: readonly PropertyKey[],
): { entry: Written; path: PropertyKey[] }[] {
  const given = parent[key];
  if (Array.isArray(given)) {
    return given.map((entry: unknown, index) => ({
      entry: isMapping(entry) ? entry : {},
      path: [...path, key, index],
    }));
  }
  return given === undefined ? [] : [{ entry: isMapping(given) ? given : {}, path: [...path, key] }];
}
