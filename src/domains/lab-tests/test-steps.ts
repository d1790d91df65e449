import type { CheckVerdict } from '../checks/results/check-verdict.ts';
import type { QuizCheck } from '../labs/lab-check.ts';
import type { Lab, LabStep } from '../labs/lab.ts';
import type { CaseRecorder, CaseSubject } from './lab-case.ts';
import { answerSubject, beforeSubject, machinesSubject, solutionSubject, CaseFailed } from './lab-case.ts';
import { describeAnswer, questionsOf, rightAnswers, wrongAnswers } from './quiz-answers.ts';
import type { Trial, OpenTrial, Trials } from './trial.ts';

export interface CaseParts {
  openTrial: Trials;
  recorder: CaseRecorder;
}

/**
 * Runs the lab's steps one after another in one environment. Each must fail before its solution and pass after it.
 * Returns the number of steps that could be done, or -1 if there were no machines.
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
  const problem = opened ? 'An earlier step cannot be done.' : 'There are no machines.';
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

/** Tests a step. Returns whether the next one can start. */
async function testStep(
  step: LabStep,
  trial: Trial,
  recorder: CaseRecorder,
  signal: AbortSignal,
): Promise<boolean> {
  if (subjectsOf(step).length === 0) return true;
  const solution = solutionSubject(step);
  if (step.checks.length === 0) {
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
    const { passed, message, output, verdicts } = await trial.judge(step, wrongAnswers(step));
    if (passed) throw new CaseFailed(`It is passed before anything was done: "${message}"`, output);
    // Questions have their own cases.
    const idle = verdicts.filter((verdict) => verdict.passed && verdict.kind !== 'quiz');
    if (idle.length > 0)
      throw new CaseFailed(`${describeChecks(idle, 'passes')} before anything was done.`, output);
    return message;
  };
  await recorder.run(beforeSubject(step), seeUndone, signal);
  if (!entered) {
    for (const subject of subjectsOf(step).slice(1)) recorder.skip(subject, 'The step cannot be entered.');
    return false;
  }
  const isDone = await recorder.run(solution, () => seeSolved(step, trial), signal);
  for (const question of questionsOf(step)) {
    await recorder.run(answerSubject(step, question), () => seeWrongAnswer(step, question, trial), signal);
  }
  return isDone;
}

async function seeSolved(step: LabStep, trial: Trial): Promise<string> {
  const answers = rightAnswers(step);
  const unanswered = questionsOf(step).find(({ id }) => !answers.has(id));
  if (unanswered) {
    throw new CaseFailed(
      `No answer to "${unanswered.id}" was found that matches its patterns. Add a plain text to them.`,
    );
  }
  await trial.solve(step);
  const { passed, message, output, verdicts } = await trial.judge(step, answers);
  const open = verdicts.filter((verdict) => !verdict.passed);
  if (passed && open.length > 0) {
    throw new CaseFailed(`${describeChecks(open, 'does not pass')} after the solution of the step.`, output);
  }
  if (passed) return message;
  const missing = step.solution.length === 0 ? ', which it does not have' : '';
  throw new CaseFailed(`It is not passed after its solution${missing}: "${message}"`, output);
}

/** Lists checks with their messages, followed by `does`. */
function describeChecks(verdicts: readonly CheckVerdict[], does: string): string {
  const each = verdicts.map(({ checkId, message }) => `"${checkId}" ("${message}")`);
  return `Its check ${each.join(' and ')} ${does}`;
}

async function seeWrongAnswer(step: LabStep, question: QuizCheck, trial: Trial): Promise<string> {
  const answers = wrongAnswers({ checks: [question] });
  const { passed, message } = await trial.judge({ ...step, checks: [question] }, answers);
  if (!passed) return message;
  const [given = ''] = [...answers.values()].map(describeAnswer);
  throw new CaseFailed(`Every answer seems to be correct, such as ${given}.`);
}

/** Lists the cases of a step. */
function subjectsOf(step: LabStep): CaseSubject[] {
  if (step.checks.length > 0) {
    const answers = questionsOf(step).map((question) => answerSubject(step, question));
    return [beforeSubject(step), solutionSubject(step), ...answers];
  }
  return step.start.length + step.solution.length > 0 ? [solutionSubject(step)] : [];
}
