import type { Fault } from '../../../core/errors.ts';
import type { LabStep } from '../../labs/lab.ts';
import type { Attempt } from './attempt.ts';
import { messageOf } from './check-verdict.ts';
import type { CheckVerdict } from './check-verdict.ts';

/** Rounding error of binary sums: three thirds must count as 1. */
const ROUNDING = 1e-9;

/** The result of an attempt at a step. */
export type StepVerdict = Pick<Attempt, 'passed' | 'score' | 'message' | 'finding' | 'verdicts'> & {
  state: 'finished' | 'errored';
};

/**
 * Combines the verdicts of a step's checks: the weighted mean of their scores. If one check could not judge, the step
 * is errored, so an unchecked learner does not fail.
 */
export function stepVerdict({ pass }: Pick<LabStep, 'pass'>, verdicts: readonly CheckVerdict[]): StepVerdict {
  const errored = verdicts.find(({ state }) => state === 'errored');
  if (errored) {
    const { message, finding } = errored;
    return { state: 'errored', passed: false, score: 0, message, finding, verdicts: [...verdicts] };
  }
  const score = stepScore(verdicts);
  const passed = score >= pass - ROUNDING;
  // A passed step shows what is right; a failed one what to do first.
  const telling = verdicts.toReversed().find((verdict) => verdict.passed);
  const first = verdicts.find((verdict) => !verdict.passed);
  const { message, finding } = (passed ? (telling ?? first) : (first ?? telling)) ?? messageOf('');
  return { state: 'finished', passed, score, message, finding, verdicts: [...verdicts] };
}

/** Returns the weighted mean of the checks' scores. */
export function stepScore(verdicts: readonly Pick<CheckVerdict, 'weight' | 'score'>[]): number {
  const weight = verdicts.reduce((sum, verdict) => sum + verdict.weight, 0);
  const reached = verdicts.reduce((sum, verdict) => sum + verdict.weight * verdict.score, 0);
  return weight === 0 ? 0 : Math.min(1, reached / weight);
}

/** Joins the evidence of all checks. */
export function evidenceOf({ verdicts }: Pick<Attempt, 'verdicts'>): string {
  return verdicts
    .map(({ evidence }) => evidence)
    .filter(Boolean)
    .join('\n');
}

/** Returns the verdict of a step that could not be checked at all. */
export function unjudgedStep(reason: Fault): StepVerdict {
  return { state: 'errored', passed: false, score: 0, ...messageOf(reason), verdicts: [] };
}
