import type { LabView } from '../labs/lab-view.ts';
import type { LabProgress, StepProgress } from './attempt.ts';

/** Progress in every step of the lab in its order; where the lab is gone, in those that were tried. */
export function progressIn(
  lab: LabView | undefined,
  { learnerId, labSlug }: { learnerId: string; labSlug: string },
  tried: readonly StepProgress[],
): LabProgress {
  const byStep = new Map(tried.map((step) => [step.stepId, step]));
  const steps = lab ? lab.steps.map(({ id }) => byStep.get(id) ?? untried(id)) : [...tried];
  const checked = new Set(
    lab ? lab.steps.filter((step) => step.hasCheck).map(({ id }) => id) : byStep.keys(),
  );
  return {
    learnerId,
    labSlug,
    steps,
    passed: steps.filter(({ stepId, passed }) => passed && checked.has(stepId)).length,
    total: checked.size,
  };
}

function untried(stepId: string): StepProgress {
  return { stepId, attempts: 0, passed: false, bestScore: 0, passedAt: undefined };
}
