import type { Lab, LabStep } from '../labs/lab.ts';
import type { CaseRecorder } from './case-recorder.ts';
import { beforeSubject, inMachines, machinesSubject, solutionSubject } from './case-subjects.ts';
import { CaseFailed } from './lab-case.ts';
import type { CaseSubject } from './lab-case.ts';
import type { Trial } from './trial.ts';
import type { OpenTrial, Trials } from './trials.ts';

export interface CaseParts {
  openTrial: Trials;
  recorder: CaseRecorder;
}

/**
 * Does the lab's steps one after another in one environment, as far as they can be done: each must not be
 * passed before it is done, and must be after its solution. The number of steps that could be done; -1
 * where there were no machines.
 */
export async function testSteps(
  lab: Lab,
  { openTrial, recorder }: CaseParts,
  signal: AbortSignal,
): Promise<number> {
  let opened: OpenTrial | undefined;
  const open = async () => {
    opened = await openTrial(lab, signal);
    return undefined;
  };
  await recorder.run(machinesSubject, open, signal);
  const done = opened ? await testOpened(lab, opened, recorder, signal) : -1;
  const problem = opened ? 'A step before it can not be done.' : 'There are no machines.';
  for (const step of lab.steps.slice(done + 1)) {
    for (const subject of subjectsOf(step)) recorder.skip(subject, problem);
  }
  return done;
}

async function testOpened(
  lab: Lab,
  { trial, close }: OpenTrial,
  recorder: CaseRecorder,
  signal: AbortSignal,
): Promise<number> {
  let done = 0;
  try {
    for (const step of lab.steps) {
      if (!(await testStep(step, trial, recorder, signal))) break;
      done++;
    }
  } finally {
    await close();
  }
  return done;
}

/** Whether the step is done then, and the next one can be begun. */
async function testStep(
  step: LabStep,
  trial: Trial,
  recorder: CaseRecorder,
  signal: AbortSignal,
): Promise<boolean> {
  const [before, solution] = [beforeSubject(step), solutionSubject(step)];
  if (inMachines(step).length === 0) {
    if (subjectsOf(step).length === 0) return true;
    const work = async () => {
      await trial.enter(step);
      await trial.solve(step);
      return undefined;
    };
    return recorder.run(solution, work, signal);
  }

  let entered = false;
  const seeUndone = async () => {
    await trial.enter(step);
    entered = true;
    const { passed, message, output } = await trial.judge(step);
    if (passed) throw new CaseFailed(`It is passed before anything was done: "${message}"`, output);
    return message;
  };
  await recorder.run(before, seeUndone, signal);
  if (!entered) {
    recorder.skip(solution, 'The step can not be entered.');
    return false;
  }
  const seeSolved = async () => {
    await trial.solve(step);
    const { passed, message, output } = await trial.judge(step);
    if (passed) return message;
    const missing = step.solution.length === 0 ? ', which it does not have' : '';
    throw new CaseFailed(`It is not passed after its solution${missing}: "${message}"`, output);
  };
  return recorder.run(solution, seeSolved, signal);
}

/** What is looked at in the step when its turn comes. */
function subjectsOf(step: LabStep): CaseSubject[] {
  if (inMachines(step).length > 0) return [beforeSubject(step), solutionSubject(step)];
  return step.start.length + step.solution.length > 0 ? [solutionSubject(step)] : [];
}
