import type { Lab, LabStep } from '../../labs/lab.ts';
import type { LabProgress, StepProgress } from './attempt.ts';
import type { RevealedHint } from '../hint.ts';
import type { ShownHint } from '../hint-store.ts';
import type { TriedStep } from './progress-store.ts';

/** Returns the progress in all steps of the lab, in order; if the lab no longer exists, in the attempted steps. */
export function progressIn(
  lab: Pick<Lab, 'attempts' | 'steps'> | undefined,
  { learnerId, labSlug }: { learnerId: string; labSlug: string },
  tried: readonly TriedStep[],
  shown: readonly ShownHint[] = [],
): LabProgress {
  const byStep = new Map(tried.map((step) => [step.stepId, toStepProgress(step, lab?.attempts ?? 'best')]));
  const steps = lab
    ? lab.steps.map((step) => ({
        ...(byStep.get(step.id) ?? untried(step.id)),
        hints: hintsOf(step, shown),
      }))
    : [...byStep.values()];
  const checked = new Set(
    lab ? lab.steps.filter(({ checks }) => checks.length > 0).map(({ id }) => id) : byStep.keys(),
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

/**
 * Merges a learner's progress in several attempts at an assignment. If the best one counts, each step has its best
 * result in any of them. If the last one counts, it is `run`, or else the last one with a result. Pure.
 */
export function countedSteps(
  tried: readonly TriedStep[],
  counts: 'best' | 'last',
  run = Math.max(0, ...tried.map((step) => step.run)),
): TriedStep[] {
  if (counts === 'last') return tried.filter((step) => step.run === run);
  const merged = new Map<string, TriedStep>();
  for (const step of tried) {
    const before = merged.get(step.stepId);
    merged.set(step.stepId, before ? better(before, step) : step);
  }
  return [...merged.values()];
}

function better(a: TriedStep, b: TriedStep): TriedStep {
  const passes = [a.passedAt, b.passedAt].flatMap((date) => date?.getTime() ?? []);
  return {
    stepId: a.stepId,
    run: b.run,
    attempts: a.attempts + b.attempts,
    passed: a.passed || b.passed,
    bestScore: Math.max(a.bestScore, b.bestScore),
    // The rule of the lab counts within an attempt, and the best attempt counts.
    lastScore: Math.max(a.lastScore, b.lastScore),
    failures: a.failures + b.failures,
    passedAt: passes.length > 0 ? new Date(Math.min(...passes)) : undefined,
  };
}

/** Returns the progress with the score that the lab's rule counts. Hints come from the lab, so they are added later. */
function toStepProgress(tried: TriedStep, counted: Lab['attempts']): StepProgress {
  const { stepId, attempts, passed, bestScore, lastScore, failures, passedAt } = tried;
  const score = counted === 'last' ? lastScore : bestScore;
  return { stepId, attempts, passed, score, bestScore, failures, hints: [], passedAt };
}

/** Returns the seen hints that the step still has, in its order. */
function hintsOf({ id, hints }: LabStep, shown: readonly ShownHint[]): RevealedHint[] {
  return hints.flatMap((hint) => {
    const found = shown.find(({ stepId, hintId }) => stepId === id && hintId === hint.id);
    return found ? [{ id: hint.id, text: hint.text, cost: found.cost }] : [];
  });
}

function untried(stepId: string): StepProgress {
  const nothing = { attempts: 0, passed: false, score: 0, bestScore: 0, failures: 0 };
  return { stepId, ...nothing, hints: [], passedAt: undefined };
}
