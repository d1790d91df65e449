import type { LabCheck } from './lab-check.ts';
import type { Lab, LabHint, LabMachine, LabStep } from './lab.ts';
import type { LocalizedText } from './localized-text.ts';

/** A lab as learners and staff see it, without scripts, answers, solutions, hint texts or internal settings. */
export interface LabView extends Pick<
  Lab,
  | 'slug'
  | 'version'
  | 'languages'
  | 'title'
  | 'summary'
  | 'introduction'
  | 'conclusion'
  | 'minutes'
  | 'collection'
  | 'collectionTitle'
  | 'networks'
  | 'lifetime'
  | 'save'
  | 'recording'
  | 'attempts'
> {
  machines: Pick<LabMachine, 'name' | 'image' | 'networks'>[];
  steps: StepView[];
}

/** A step as learners see it. */
interface StepView extends Pick<LabStep, 'id' | 'title' | 'instructions' | 'pass' | 'pollSeconds'> {
  hasCheck: boolean;
  checks: CheckView[];
  hints: Omit<LabHint, 'text'>[];
}

/** The part of a check that learners may see. */
export interface CheckView extends Pick<LabCheck, 'id' | 'kind' | 'title' | 'weight'> {
  quiz: QuizView | undefined;
}

/** A question without its answer. */
export interface QuizView {
  question: LocalizedText;
  /** Options to choose from; empty if the answer is a text. */
  options: LocalizedText[];
  /** Whether several options may be chosen. */
  multiple: boolean;
  /** Number of wrong answers allowed; undefined for no limit. */
  attempts: number | undefined;
  /** Share of the score, 0 to 1, that each wrong answer deducts. */
  cost: number;
}

/** Returns the public part of a lab. */
export function viewOf(lab: Lab): LabView {
  return {
    slug: lab.slug,
    version: lab.version,
    languages: lab.languages,
    title: lab.title,
    summary: lab.summary,
    introduction: lab.introduction,
    conclusion: lab.conclusion,
    minutes: lab.minutes,
    collection: lab.collection,
    collectionTitle: lab.collectionTitle,
    networks: lab.networks,
    lifetime: lab.lifetime,
    save: lab.save,
    recording: lab.recording,
    attempts: lab.attempts,
    machines: lab.machines.map(({ name, image, networks }) => ({ name, image, networks })),
    steps: lab.steps.map(stepView),
  };
}

function stepView({ id, title, instructions, pass, pollSeconds, checks, hints }: LabStep): StepView {
  return {
    id,
    title,
    instructions,
    pass,
    pollSeconds,
    hasCheck: checks.length > 0,
    checks: checks.map(checkView),
    hints: hints.map(({ id, afterFailures, cost }) => ({ id, afterFailures, cost })),
  };
}

function checkView(check: LabCheck): CheckView {
  const { id, kind, title, weight } = check;
  return { id, kind, title, weight, quiz: check.kind === 'quiz' ? quizView(check) : undefined };
}

function quizView({ question, answer, attempts, cost }: Extract<LabCheck, { kind: 'quiz' }>): QuizView {
  if (answer.kind === 'text') return { question, options: [], multiple: false, attempts, cost };
  const options = answer.options.map(({ text }) => text);
  return { question, options, multiple: answer.multiple, attempts, cost };
}
