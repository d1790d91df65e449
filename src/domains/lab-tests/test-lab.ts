import type { Lab, LabStep } from '../labs/lab.ts';
import { createCaseRecorder, tamperSubject, wrongSubject } from './lab-case.ts';
import type { LabCase } from './lab-case.ts';
import { testSteps } from './test-steps.ts';
import { attacksOn, canBeTamperedWith, testTampering } from './tampering/tampering.ts';
import type { Trials } from './trial.ts';
import { testWrongStates, wrongStateRows } from './wrong-states.ts';
import type { WrongState } from './wrong-states.ts';

interface LabTestParts {
  openTrial: Trials;
  /** Runs `work` when another environment is allowed. */
  inPlace: <T>(work: () => Promise<T>) => Promise<T>;
  /** Called for each case when it ends. */
  onCase: (ended: LabCase) => void;
}

/**
 * Tests whether a lab's checks can be trusted. In a new environment, each step must fail before its solution and
 * pass after it. In other environments, it must fail in each wrong state and under each attack.
 * @throws `signal`'s reason, faults of Berth itself
 */
export async function testLab(
  lab: Lab,
  { openTrial, inPlace, onCase }: LabTestParts,
  signal: AbortSignal,
): Promise<void> {
  const recorder = createCaseRecorder({ lab: lab.slug, onCase });
  const parts = { openTrial, recorder };
  const done = await inPlace(() => testSteps(lab, parts, signal));

  async function testRow(row: readonly WrongState[]): Promise<void> {
    const left = await inPlace(() => testWrongStates(lab, row, parts, signal));
    if (left.length > 0) await testRow(left);
  }
  async function tamper(steps: readonly LabStep[]): Promise<void> {
    if (!steps.some(canBeTamperedWith)) return;
    await tamper(await inPlace(() => testTampering(lab, steps, parts, signal)));
  }
  const reached = lab.steps.slice(0, done + 1);
  const ends = [...wrongStateRows(reached).map(testRow), tamper(reached)];
  // Wait for all, so that each one has closed its environment.
  await Promise.allSettled(ends);
  await Promise.all(ends);
  const problem = 'An earlier step cannot be done.';
  for (const step of lab.steps.slice(done + 1)) {
    for (const wrong of step.wrong) recorder.skip(wrongSubject(step, wrong), problem);
    for (const how of attacksOn(step)) recorder.skip(tamperSubject(step, how), problem);
  }
}
