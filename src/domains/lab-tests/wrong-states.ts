import type { Lab, LabScript, LabStep } from '../labs/lab.ts';
import { wrongSubject } from './case-subjects.ts';
import { CaseFailed, concernsLab } from './lab-case.ts';
import type { CaseParts } from './test-steps.ts';
import type { Trial } from './trial.ts';
import type { OpenTrial } from './trials.ts';

/** Longest run of a solution after a wrong state, in seconds: what it waits for may never come then. */
const REPAIR_SECONDS = 60;

/** What looks done and is not, and the step that must not be passed for it. */
export interface WrongState {
  step: LabStep;
  wrong: LabScript;
}

/** All wrong states of these steps, a row for each environment: the first of each step, the second of each, and so on. Pure. */
export function wrongStateRows(steps: readonly LabStep[]): WrongState[][] {
  const longest = Math.max(0, ...steps.map(({ wrong }) => wrong.length));
  return Array.from({ length: longest }, (_, place) =>
    steps.flatMap((step) => step.wrong.slice(place, place + 1).map((wrong) => ({ step, wrong }))),
  );
}

/**
 * Tries a row of wrong states in one environment, each after the steps before it were done by their solutions.
 * The first is judged as it is. Those after it stand where something was wrong before: such a one counts as not
 * passed where its own solution then passes the step at the same place. Answers those that nothing can be told
 * of here; each is told of where it is the first of a row.
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
  const goWrongFirst = async () => {
    opened = await openTrial(lab, signal);
    walk = createWalk(lab, opened.trial);
    return walk.goWrong(first);
  };
  try {
    const subject = wrongSubject(first.step, first.wrong);
    if (!(await recorder.run(subject, goWrongFirst, signal)) || !walk) return others;
    return await tellOthers(first, others, { walk, recorder }, signal);
  } finally {
    await opened?.close();
  }
}

async function tellOthers(
  first: WrongState,
  others: readonly WrongState[],
  { walk, recorder }: { walk: Walk; recorder: CaseParts['recorder'] },
  signal: AbortSignal,
): Promise<WrongState[]> {
  let left = [...others];
  try {
    if (left.length > 0) await walk.putRight(first.step);
    for (const state of others) {
      const began = performance.now();
      const said = await walk.goWrong(state);
      const seconds = (performance.now() - began) / 1000;
      await walk.putRight(state.step);
      recorder.pass(wrongSubject(state.step, state.wrong), { said, seconds });
      left = left.slice(1);
    }
  } catch (error) {
    if (!concernsLab(error, signal)) throw error;
  }
  return left;
}

type Walk = ReturnType<typeof createWalk>;

/** A way through the lab's steps that goes wrong at some of them. */
function createWalk(lab: Lab, trial: Trial) {
  /** How many steps are done. */
  let done = 0;

  return {
    /** Does the steps before and makes the wrong state; what the check says then. @throws CaseFailed where the step is passed, LAB_START_FAILED */
    async goWrong({ step, wrong }: WrongState): Promise<string> {
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

    /** Does the step after all. @throws CaseFailed where it is not passed then */
    async putRight(step: LabStep): Promise<void> {
      await trial.solve(step, REPAIR_SECONDS);
      const { passed, message, output } = await trial.judge(step);
      if (!passed) throw new CaseFailed(`It is not passed after its solution: "${message}"`, output);
      done = lab.steps.indexOf(step) + 1;
    },
  };
}
