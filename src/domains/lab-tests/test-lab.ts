import type { Lab, LabStep } from '../labs/lab.ts';
import { createCaseRecorder } from './case-recorder.ts';
import type { LabCase } from './lab-case.ts';
import { testSteps } from './test-steps.ts';
import { tamperSubject, wrongSubject } from './case-subjects.ts';
import { attacksOn, canBeTamperedWith, testTampering } from './tampering/tampering.ts';
import type { Trials } from './trials.ts';
import { testWrongStates, wrongStateRows } from './wrong-states.ts';
import type { WrongState } from './wrong-states.ts';

export interface LabTestParts {
  openTrial: Trials;
  /** Does the work when there is a place for one more environment. */
  inPlace: <T>(work: () => Promise<T>) => Promise<T>;
  /** Told of each case as it ends. */
  onCase: (ended: LabCase) => void;
}

/**
 * Whether the lab's checks can be trusted: in a fresh environment each step is not passed before it is done,
 * and is after its solution; and in further ones, which go wrong on the way, it is not passed in each of its
 * wrong states, nor by tampering. @throws `signal`'s reason, faults of Berth itself
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
  // All have closed what they opened before this ends.
  await Promise.allSettled(ends);
  await Promise.all(ends);
  const problem = 'A step before it cannot be done.';
  for (const step of lab.steps.slice(done + 1)) {
    for (const wrong of step.wrong) recorder.skip(wrongSubject(step, wrong), problem);
    for (const how of attacksOn(step)) recorder.skip(tamperSubject(step, how), problem);
  }
}
