import type { Lab, LabStep } from '../labs/lab.ts';
import { lastLine } from '../plain-text.ts';
import { concernsLab } from './lab-case.ts';
import type { Trial } from './trial.ts';
import type { Trials } from './trials.ts';

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
      for (const step of lab.steps) {
        const replay = await replayStep(step, trial, signal);
        if (replay) onStep(replay);
      }
    } finally {
      await close();
    }
  });
}

async function replayStep(step: LabStep, trial: Trial, signal: AbortSignal): Promise<StepReplay | undefined> {
  const told = (outcome: StepReplay['outcome'], problem?: string) => ({ step: step.id, outcome, problem });
  const isJudged = step.checks.some(({ kind }) => kind === 'script');
  const problems: string[] = [];
  /** What fails is written down, and the rest is done all the same. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!concernsLab(error, signal)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  await attempt(() => trial.enter(step));
  const before = isJudged ? await attempt(() => trial.judge(step)) : undefined;
  await attempt(() => trial.solve(step, SCRIPT_SECONDS));
  if (!isJudged) return undefined;
  const after = await attempt(() => trial.judge(step));
  if (before?.passed === true) return told('vacuous');

  if (after?.passed === true) return told('passed');
  const said = after && (lastLine(after.output, LONGEST_WORDS) ?? after.message);
  return told(step.solution.length === 0 ? 'unsolved' : 'failed', problems[0] ?? said);
}
