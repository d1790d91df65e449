import type { LabView } from '../labs/lab-view.ts';
import type { LabProgress, StepProgress } from './attempt.ts';
import type { TriedStep } from './progress-store.ts';

/** Progress in every step of the lab in its order; where the lab is gone, in those that were tried. */
export function progressIn(
  lab: LabView | undefined,
  { learnerId, labSlug }: { learnerId: string; labSlug: string },
  tried: readonly TriedStep[],
): LabProgress {
  const byStep = new Map(tried.map((step) => [step.stepId, toStepProgress(step, lab?.attempts ?? 'best')]));
  const steps = lab ? lab.steps.map(({ id }) => byStep.get(id) ?? untried(id)) : [...byStep.values()];
  const checked = new Set(
    lab ? lab.steps.filter((step) => step.hasCheck).map(({ id }) => id) : byStep.keys(),
  );
  const counted = steps.filter(({ stepId }) => checked.has(stepId));
  const sum = counted.reduce((total, { score }) => total + score, 0);
  return {
    learnerId,
    labSlug,
    steps,
    passed: counted.filter(({ passed }) => passed).length,
    total: checked.size,
    score: counted.length === 0 ? 0 : sum / counted.length,
  };
}

function toStepProgress({ lastScore, ...step }: TriedStep, attempts: LabView['attempts']): StepProgress {
  return { ...step, score: attempts === 'last' ? lastScore : step.bestScore };
}

function untried(stepId: string): StepProgress {
  return { stepId, attempts: 0, passed: false, score: 0, bestScore: 0, passedAt: undefined };
}
