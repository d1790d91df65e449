import type { Lab, LabScript, LabStep } from '../labs/lab.ts';
import { wrongSubject } from './case-subjects.ts';
import { CaseFailed } from './lab-case.ts';
import type { CaseParts } from './test-steps.ts';

/**
 * In an environment of its own, in which the steps before are done as their solutions do them, the wrong
 * state is made, and the step must not be passed.
 */
export async function testWrongState(
  { lab, step, wrong }: { lab: Lab; step: LabStep; wrong: LabScript },
  { openTrial, recorder }: CaseParts,
  signal: AbortSignal,
): Promise<void> {
  const work = async () => {
    const { trial, close } = await openTrial(lab, signal);
    try {
      for (const former of lab.steps.slice(0, lab.steps.indexOf(step))) {
        await trial.enter(former);
        await trial.solve(former);
      }
      await trial.enter(step);
      await trial.run(wrong);
      const { passed, message, output } = await trial.judge(step);
      if (passed) throw new CaseFailed(`It is passed in this wrong state: "${message}"`, output);
      return message;
    } finally {
      await close();
    }
  };
  await recorder.run(wrongSubject(step, wrong), work, signal);
}
