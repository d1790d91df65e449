import type { Lab, LabStep } from '../labs/lab.ts';
import { lastLine } from '../../core/plain-text.ts';
import { isFault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import { CaseFailed, concernsLab } from './lab-case.ts';
import type { Trial, Trials } from './trial.ts';

/** Messages of bash, dash, env and sudo about missing programs. */
const NOT_FOUND = [
  /^.*?(?:line \d+|bash|sh|\d+): (\S+): (?:command )?not found$/gm,
  /^(?:\/usr\/bin\/)?env: [‘'"](\S+?)[’'"]: No such file or directory$/gm,
  /^sudo: (\S+): command not found$/gm,
];

/** Maximum number of missing programs reported for one step. */
const MOST_PROGRAMS = 10;

/** Returns the programs that shells did not find according to their output, each once. Pure. */
function programsNotFound(outputs: readonly string[]): string[] {
  const found = outputs.flatMap((output) =>
    NOT_FOUND.flatMap((pattern) => [...output.matchAll(pattern)].map(([, name = '']) => name)),
  );
  return [...new Set(found)].slice(0, MOST_PROGRAMS);
}

/** Time limit of an imported solution's script, in seconds: some wait forever for input. */
const SCRIPT_SECONDS = 120;

/** Longest message of a check in the report, in characters. */
const LONGEST_MESSAGE = 200;

/** The result of running a step's solution, with its check before and after. */
export interface StepReplay {
  /** Id. */
  step: string;
  /**
   * `vacuous`: the check passed before the solution. `unsolved`: there is no solution and the check failed.
   * `failed`: the check failed after the solution, or the solution could not run.
   */
  outcome: 'passed' | 'vacuous' | 'unsolved' | 'failed';
  /** Why it did not pass, in a sentence. */
  problem: string | undefined;
  /** Programs that a shell did not find in this step. */
  notFound: string[];
}

/** Faults of the engine rather than of the lab: a retry may succeed. */
const ENGINE_FAULTS = [
  'ENGINE_UNREACHABLE',
  'ENGINE_REFUSED',
  'PROVISIONING_TIMED_OUT',
  'MACHINE_LOST',
  'MACHINE_NOT_RUNNING',
  'CONTAINER_NOT_FOUND',
] as const;

/** Whether the error is a failure of the engine, not of the lab. */
export function isEngineFault(error: unknown): error is Fault {
  return isFault(error, ...ENGINE_FAULTS);
}

interface ReplayParts {
  openTrial: Trials;
  /** Runs `work` when another environment is allowed. */
  inPlace: <T>(work: () => Promise<T>) => Promise<T>;
  onStep: (replay: StepReplay) => void;
}

/**
 * Runs all steps of a lab in one environment, and continues after failed steps. It is for labs whose solutions are
 * untested. Reports each step with a script check to `onStep`.
 * @throws `signal`'s reason, errors of the environment's creation
 */
export function replayLab(
  lab: Lab,
  { openTrial, inPlace, onStep }: ReplayParts,
  signal: AbortSignal,
): Promise<void> {
  return inPlace(async () => {
    const { trial, close } = await openTrial(lab, signal);
    try {
      // Background scripts usually end while a learner reads the first page.
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
  const result = (outcome: StepReplay['outcome'], problem?: string) => {
    return { step: step.id, outcome, problem, notFound: programsNotFound(outputs) };
  };
  const isJudged = step.checks.some(({ kind }) => kind === 'script');
  const problems: string[] = [];
  const outputs: string[] = [];
  /** Records a failure and continues. */
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
  // The machine itself may have failed.
  if (problems.length > 0) await trial.assertAlive();
  if (!isJudged) return undefined;
  const after = await attempt(() => trial.judge(step));
  outputs.push(after?.output ?? '');
  if (after?.passed !== true) await trial.assertAlive();
  if (before?.passed === true) return result('vacuous');

  if (after?.passed === true) return result('passed');
  const said = after && (lastLine(after.output, LONGEST_MESSAGE) ?? after.message);
  return result(step.solution.length === 0 ? 'unsolved' : 'failed', problems[0] ?? said);
}
