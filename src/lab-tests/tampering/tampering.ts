import type { Lab, LabStep } from '../../labs/lab.ts';
import { tamperSubject } from '../case-subjects.ts';
import { CaseFailed, concernsLab } from '../lab-case.ts';
import type { CaseParts } from '../test-steps.ts';
import type { Trial } from '../trial.ts';
import type { OpenTrial } from '../trials.ts';
import { attackOn, COMMON_ATTACKS, undoOn } from './common-attack.ts';

/** Longest run of a solution after tampering, in seconds: what it waits for may never come then. */
const REPAIR_SECONDS = 60;

/** Whether the step has a check that looks at the work: a question asks for nothing else than its answer. */
export const canBeTamperedWith = ({ checks }: Pick<LabStep, 'checks'>): boolean =>
  checks.some(({ kind }) => kind !== 'quiz');

/** The names of what is tried on the step. Pure. */
export const attacksOn = (step: LabStep): string[] =>
  canBeTamperedWith(step) ? [...step.tamper, ...COMMON_ATTACKS].map(({ name }) => name) : [];

/**
 * Tries to pass steps of the lab without doing their work, from `steps[0]` on, in one environment: first by the
 * scripts of the step's `tamper`, then by the attacks that are tried on every step. After that the solution must pass the
 * step, or the check would have failed for another reason. Returns the steps that are left: where the solution does not
 * pass a step after its tampering, the steps after it need a fresh environment.
 */
export async function testTampering(
  lab: Lab,
  steps: readonly LabStep[],
  { openTrial, recorder }: CaseParts,
  signal: AbortSignal,
): Promise<LabStep[]> {
  const [first] = steps;
  if (!first) return [];
  let opened: OpenTrial | undefined;
  try {
    const { trial } = (opened = await openTrial(lab, signal));
    for (const step of lab.steps.slice(0, lab.steps.indexOf(first))) {
      await trial.enter(step);
      await trial.solve(step);
    }
    for (const [place, step] of steps.entries()) {
      const isRepaired = await testStep(lab, step, { trial, recorder }, signal);
      if (!isRepaired) return steps.slice(place + 1);
    }
    return [];
  } catch (error) {
    if (!concernsLab(error, signal)) throw error;
    for (const how of attacksOn(first)) recorder.skip(tamperSubject(first, how), error.message);
    return steps.slice(1);
  } finally {
    await opened?.close();
  }
}

/** Whether the environment is as after the step's solution then. */
async function testStep(
  lab: Lab,
  step: LabStep,
  { trial, recorder }: { trial: Trial; recorder: CaseParts['recorder'] },
  signal: AbortSignal,
): Promise<boolean> {
  await trial.enter(step);
  let fooled = false;
  for (const { name, attempt } of attemptsOn(lab, step, trial)) {
    const subject = tamperSubject(step, name);
    if (fooled) recorder.skip(subject, 'An attempt before it passed the step, or broke it.');
    else fooled = !(await recorder.run(subject, attempt, signal));
  }
  return !fooled && isDone(step, trial, signal);
}

/** The ways in which the step is tampered with, each of which answers what the check then says. */
function attemptsOn(lab: Lab, step: LabStep, trial: Trial) {
  if (!canBeTamperedWith(step)) return [];
  const own = step.tamper.map((script) => ({
    name: script.name,
    attempt: async () => {
      await trial.run(script);
      return seeNotPassed(step, trial);
    },
  }));
  const common = COMMON_ATTACKS.map((attack) => ({
    name: attack.name,
    attempt: async () => {
      for (const machine of lab.machines) await trial.run(attackOn(machine, attack));
      try {
        return await seeNotPassed(step, trial);
      } finally {
        for (const machine of lab.machines) await trial.run(undoOn(machine));
      }
    },
  }));
  return [...own, ...common];
}

/** What the step's check says. @throws CaseFailed where the step, or a check of it that looks at the work, is passed */
async function seeNotPassed(step: LabStep, trial: Trial): Promise<string> {
  const { passed, message, output } = await trial.judgeAttack(step);
  if (!passed) return message;
  throw new CaseFailed(`It is passed without its work being done: "${message}"`, output);
}

async function isDone(step: LabStep, trial: Trial, signal: AbortSignal): Promise<boolean> {
  try {
    await trial.solve(step, REPAIR_SECONDS);
    return step.checks.length === 0 || (await trial.judge(step)).passed;
  } catch (error) {
    if (!concernsLab(error, signal)) throw error;
    return false;
  }
}
