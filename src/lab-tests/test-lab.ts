import type { Lab } from '../labs/lab.ts';
import { createCaseRecorder } from './case-recorder.ts';
import type { LabCase } from './lab-case.ts';
import { testSteps } from './test-steps.ts';
import { testWrongState } from './test-wrong-state.ts';
import { wrongSubject } from './case-subjects.ts';
import type { Trials } from './trials.ts';

export interface LabTestParts {
  openTrial: Trials;
  /** Does the work when there is a place for one more environment. */
  inPlace: <T>(work: () => Promise<T>) => Promise<T>;
  /** Told of each case as it ends. */
  onCase: (ended: LabCase) => void;
}

/**
 * Whether the lab's checks can be trusted: in a fresh environment each step is not passed before it is done,
 * and is after its solution; and in further ones, which begin with the solutions of the steps before it, it
 * is not passed in each of its wrong states. @throws `signal`'s reason, faults of Berth itself
 */
export async function testLab(
  lab: Lab,
  { openTrial, inPlace, onCase }: LabTestParts,
  signal: AbortSignal,
): Promise<void> {
  const recorder = createCaseRecorder({ lab: lab.slug, onCase });
  const parts = { openTrial, recorder };
  const done = await inPlace(() => testSteps(lab, parts, signal));
  const states = lab.steps.flatMap((step, index) => step.wrong.map((wrong) => ({ step, index, wrong })));
  const ends = states.map(async ({ step, index, wrong }) => {
    if (index > done) return recorder.skip(wrongSubject(step, wrong), 'A step before it can not be done.');
    await inPlace(() => testWrongState({ lab, step, wrong }, parts, signal));
  });
  // All have closed what they opened before this ends.
  await Promise.allSettled(ends);
  await Promise.all(ends);
}
