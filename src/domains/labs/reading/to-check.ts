import { defaultCheckId } from '../lab-check.ts';
import type {
  CommandCheck,
  FileCheck,
  LabCheck,
  QuizCheck,
  ScriptCheck,
  TrustedCheck,
} from '../lab-check.ts';
import type { LabMachine } from '../lab.ts';
import type { LabDocument } from '../schema/lab-schema.ts';
import { toTextRule } from '../schema/check-schema.ts';
import { machineNamed, workerOf } from './to-script.ts';

type Written = NonNullable<LabDocument['steps'][number]['check']>;
type Of<Kind extends string> = Extract<Written, Record<Kind, unknown>>;

/** The shell of commands that a lab gives as one text. */
const SHELL = ['/bin/sh', '-c'];

/** Converts a check of a step; `place` is its index. */
export function toCheck(check: Written, place: number, machines: readonly LabMachine[]): LabCheck {
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
