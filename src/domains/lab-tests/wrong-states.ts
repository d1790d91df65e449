import type { Lab, LabScript, LabStep } from '../labs/lab.ts';
import { wrongSubject, CaseFailed, concernsLab } from './lab-case.ts';
import type { CaseParts } from './test-steps.ts';
import type { Trial, OpenTrial } from './trial.ts';

/** Time limit of a solution after a wrong state, in seconds: what it waits for may never happen. */
const REPAIR_SECONDS = 60;

/** A state that looks done, and the step that must not pass in it. */
export interface WrongState {
  step: LabStep;
  wrong: LabScript;
}

/**
 * Groups the wrong states of steps into rows, one for each environment: the first state of each step, the second of
 * each, and so on. Pure.
 */
export function wrongStateRows(steps: readonly LabStep[]): WrongState[][] {
  const longest = Math.max(0, ...steps.map(({ wrong }) => wrong.length));
  return Array.from({ length: longest }, (_, place) =>
    steps.flatMap((step) => step.wrong.slice(place, place + 1).map((wrong) => ({ step, wrong }))),
  );
}

/**
 * Tests a row of wrong states in one environment, each after the solutions of the earlier steps. The first result
 * always counts. Later results can be affected by earlier wrong states, so they count only if the step's solution
 * then passes. Returns the states without a result; each of them needs a row in which it comes first.
 */
export async function testWrongStates(
  lab: Lab,
  [first, ...others]: readonly WrongState[],
  { openTrial, recorder }: CaseParts,
  signal: AbortSignal,
): Promise<WrongState[]> {
  if (!first) return [];
  let opened: OpenTrial | undefined;
  let walk: Walk | undefined;
  const testFirst = async () => {
    opened = await openTrial(lab, signal);
    walk = createWalk(lab, opened.trial);
    return walk.testWrong(first);
  };
  try {
    const subject = wrongSubject(first.step, first.wrong);
    if (!(await recorder.run(subject, testFirst, signal)) || !walk) return others;
    return await testOthers(first, others, { walk, recorder }, signal);
  } finally {
    await opened?.close();
  }
}

async function testOthers(
  first: WrongState,
  others: readonly WrongState[],
  { walk, recorder }: { walk: Walk; recorder: CaseParts['recorder'] },
  signal: AbortSignal,
): Promise<WrongState[]> {
  let left = [...others];
  try {
    if (left.length > 0) await walk.repair(first.step);
    for (const state of others) {
      const startedAt = performance.now();
      const said = await walk.testWrong(state);
      const seconds = (performance.now() - startedAt) / 1000;
      await walk.repair(state.step);
      recorder.pass(wrongSubject(state.step, state.wrong), { said, seconds });
      left = left.slice(1);
    }
  } catch (error) {
    if (!concernsLab(error, signal)) throw error;
  }
  return left;
}

type Walk = ReturnType<typeof createWalk>;

/** Creates a walk through the lab's steps that tests wrong states on the way. */
function createWalk(lab: Lab, trial: Trial) {
  /** Number of steps that are done. */
  let done = 0;

  return {
    /**
     * Solves the earlier steps, creates the wrong state, and returns the check's message.
     * @throws CaseFailed if the step passes; LAB_START_FAILED
     */
    async testWrong({ step, wrong }: WrongState): Promise<string> {
      const place = lab.steps.indexOf(step);
      for (const former of lab.steps.slice(done, place)) {
        await trial.enter(former);
        await trial.solve(former);
      }
      done = place;
      await trial.enter(step);
      await trial.run(wrong);
      const { passed, message, output } = await trial.judge(step);
      if (passed) throw new CaseFailed(`It is passed in this wrong state: "${message}"`, output);
      return message;
    },

    /** Runs the step's solution. @throws CaseFailed if the step does not pass afterwards */
    async repair(step: LabStep): Promise<void> {
      await trial.solve(step, REPAIR_SECONDS);
      const { passed, message, output } = await trial.judge(step);
      if (!passed) throw new CaseFailed(`It is not passed after its solution: "${message}"`, output);
      done = lab.steps.indexOf(step) + 1;
    },
  };
}
