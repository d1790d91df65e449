import type { Lab, LabStep } from '../../labs/lab.ts';
import { tamperSubject } from '../case-subjects.ts';
import { concernsLab } from '../lab-case.ts';
import type { CaseParts } from '../test-steps.ts';
import type { Trial } from '../trial.ts';
import type { OpenTrial } from '../trials.ts';
import { createAttempts, notPassed } from './attempts.ts';
import type { Attempts } from './attempts.ts';
import { attackGroups, COMMON_ATTACKS } from './common-attack.ts';
import type { CommonAttack } from './common-attack.ts';

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
      await trial.enter(step);
      const attempts = canBeTamperedWith(step) ? createAttempts(lab, step, trial) : undefined;
      const fooled = attempts && (await isFooled(step, { attempts, recorder }, signal));
      if (fooled || !(await isDone(step, { trial, attempts }, signal))) return steps.slice(place + 1);
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

/** Whether an attempt passes the step. */
async function isFooled(
  step: LabStep,
  { attempts, recorder }: { attempts: Attempts; recorder: CaseParts['recorder'] },
  signal: AbortSignal,
): Promise<boolean> {
  let fooled = false;
  async function tryOne(name: string, attempt: () => Promise<string>): Promise<void> {
    const subject = tamperSubject(step, name);
    if (fooled) recorder.skip(subject, 'An attempt before it passed the step, or broke it.');
    else fooled = !(await recorder.run(subject, attempt, signal));
  }
  /** Each by itself names the one that passes the step. */
  async function tryGroup(group: readonly CommonAttack[]): Promise<void> {
    const began = performance.now();
    const together = group.length === 1 || fooled ? undefined : await attempts.together(group, signal);
    if (together?.isKnown) {
      const seconds = (performance.now() - began) / 1000 / group.length;
      const seen = { said: together.verdict.message, seconds };
      for (const { name } of group) recorder.pass(tamperSubject(step, name), seen);
      return;
    }
    for (const attack of group) {
      await tryOne(attack.name, async () => {
        const said = await attempts.attack(attack);
        // Where none passes the step by itself, all of them together do.
        if (together && attack === group.at(-1)) notPassed(together.verdict, ' by all such attacks at once');
        return said;
      });
    }
  }

  for (const script of step.tamper) await tryOne(script.name, () => attempts.script(script));
  for (const group of attackGroups(step)) await tryGroup(group);
  return fooled;
}

async function isDone(
  step: LabStep,
  { trial, attempts }: { trial: Trial; attempts: Attempts | undefined },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await attempts?.undo();
    await trial.solve(step, REPAIR_SECONDS);
    return step.checks.length === 0 || (await trial.judge(step)).passed;
  } catch (error) {
    if (!concernsLab(error, signal)) throw error;
    return false;
  }
}
