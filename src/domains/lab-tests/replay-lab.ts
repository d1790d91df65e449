import type { Lab, LabStep } from '../labs/lab.ts';
import { lastLine } from '../../core/plain-text.ts';
import { isFault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import { CaseFailed, concernsLab } from './lab-case.ts';
import type { Trial } from './trial.ts';
import type { Trials } from './trials.ts';

/** What bash, dash, env and sudo print of a program that they do not find. */
const NOT_FOUND = [
  /^.*?(?:line \d+|bash|sh|\d+): (\S+): (?:command )?not found$/gm,
  /^(?:\/usr\/bin\/)?env: [‘'"](\S+?)[’'"]: No such file or directory$/gm,
  /^sudo: (\S+): command not found$/gm,
];

/** Most programs that are reported of one step. */
const MOST = 10;

/** Programs that shells did not find, by what they printed, each once. Pure. */
function programsNotFound(outputs: readonly string[]): string[] {
  const found = outputs.flatMap((output) =>
    NOT_FOUND.flatMap((pattern) => [...output.matchAll(pattern)].map(([, name = '']) => name)),
  );
  return [...new Set(found)].slice(0, MOST);
}

/** Longest run of a solution that nobody has proven, in seconds: some wait for an answer that never comes. */
const SCRIPT_SECONDS = 120;

/** Characters that are kept of what a check said last. */
const LONGEST_WORDS = 200;

/** What came of doing a step as its solution says, with the check before and after. */
export interface StepReplay {
  /** Id. */
  step: string;
  /**
   * `vacuous`: it was passed before anything was done. `unsolved`: it has no solution and is not passed.
   * `failed`: it is not passed after its solution, or could not be done.
   */
  outcome: 'passed' | 'vacuous' | 'unsolved' | 'failed';
  /** Why it is not passed, in a sentence. */
  problem: string | undefined;
  /** Programs that a shell did not find in this step. */
  notFound: string[];
}

/** Faults of the engine rather than of the lab, which a second try may not meet. */
const ENGINE_FAULTS = [
  'ENGINE_UNREACHABLE',
  'ENGINE_REFUSED',
  'PROVISIONING_TIMED_OUT',
  'MACHINE_LOST',
  'MACHINE_NOT_RUNNING',
] as const;

/** Whether the engine failed, and not the lab. */
export function isEngineFault(error: unknown): error is Fault {
  return isFault(error, ...ENGINE_FAULTS);
}

export interface ReplayParts {
  openTrial: Trials;
  /** Does the work when there is a place for one more environment. */
  inPlace: <T>(work: () => Promise<T>) => Promise<T>;
  onStep: (replay: StepReplay) => void;
}

/**
 * Does all steps of a lab one after another in one environment, whatever comes of those before: for labs
 * whose solutions nobody has proven. Tells `onStep` of each step that a script judges. @throws `signal`'s reason, what
 * making the environment throws
 */
export function replayLab(
  lab: Lab,
  { openTrial, inPlace, onStep }: ReplayParts,
  signal: AbortSignal,
): Promise<void> {
  return inPlace(async () => {
    const { trial, close } = await openTrial(lab, signal);
    try {
      // What a scenario prepares out of sight is ready before a learner has read the first page.
      let waits = lab.machines.some(({ start }) => start.some(({ background }) => background));
      for (const step of lab.steps) {
        const replay = await replayStep(step, trial, signal, async () => {
          if (waits || step.start.some(({ background }) => background)) await trial.settle();
          waits = false;
        });
        if (replay) onStep(replay);
      }
    } finally {
      await close();
    }
  });
}

async function replayStep(
  step: LabStep,
  trial: Trial,
  signal: AbortSignal,
  settle: () => Promise<void>,
): Promise<StepReplay | undefined> {
  const told = (outcome: StepReplay['outcome'], problem?: string) => {
    return { step: step.id, outcome, problem, notFound: programsNotFound(outputs) };
  };
  const isJudged = step.checks.some(({ kind }) => kind === 'script');
  const problems: string[] = [];
  const outputs: string[] = [];
  /** What fails is written down, and the rest is done all the same. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (isEngineFault(error) || !concernsLab(error, signal)) throw error;
      problems.push(error.message);
      if (error instanceof CaseFailed) outputs.push(error.output);
      return undefined;
    }
  };
  outputs.push((await attempt(() => trial.enter(step))) ?? '');
  await attempt(settle);
  const before = isJudged ? await attempt(() => trial.judge(step)) : undefined;
  outputs.push((await attempt(() => trial.solve(step, SCRIPT_SECONDS))) ?? '');
  // What failed may be the machine itself.
  if (problems.length > 0) await trial.assertAlive();
  if (!isJudged) return undefined;
  const after = await attempt(() => trial.judge(step));
  outputs.push(after?.output ?? '');
  if (after?.passed !== true) await trial.assertAlive();
  if (before?.passed === true) return told('vacuous');

  if (after?.passed === true) return told('passed');
  const said = after && (lastLine(after.output, LONGEST_WORDS) ?? after.message);
  return told(step.solution.length === 0 ? 'unsolved' : 'failed', problems[0] ?? said);
}
