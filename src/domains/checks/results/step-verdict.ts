import type { Fault } from '../../../core/errors.ts';
import type { LabStep } from '../../labs/lab.ts';
import type { Attempt } from './attempt.ts';
import { saying } from './check-verdict.ts';
import type { CheckVerdict } from './check-verdict.ts';

/** What is lost when shares are added up in binary: three thirds are to be a whole. */
const ROUNDING = 1e-9;

/** How an attempt at a step ended. */
export type StepVerdict = Pick<Attempt, 'passed' | 'score' | 'message' | 'finding' | 'verdicts'> & {
  state: 'finished' | 'errored';
};

/**
 * What its checks make of a step: the mean of their scores by weight. Where one of them could not judge, the
 * whole could not: a learner who was not seen has not failed.
 */
export function stepVerdict({ pass }: Pick<LabStep, 'pass'>, verdicts: readonly CheckVerdict[]): StepVerdict {
  const errored = verdicts.find(({ state }) => state === 'errored');
  if (errored) {
    const { message, finding } = errored;
    return { state: 'errored', passed: false, score: 0, message, finding, verdicts: [...verdicts] };
  }
  const score = stepScore(verdicts);
  const passed = score >= pass - ROUNDING;
  // Who has passed reads what is well; who has not, what to do first.
  const telling = verdicts.toReversed().find((verdict) => verdict.passed);
  const first = verdicts.find((verdict) => !verdict.passed);
  const { message, finding } = (passed ? (telling ?? first) : (first ?? telling)) ?? saying('');
  return { state: 'finished', passed, score, message, finding, verdicts: [...verdicts] };
}

/** The mean of the scores of a step's checks by weight. */
export function stepScore(verdicts: readonly CheckVerdict[]): number {
  const weight = verdicts.reduce((sum, verdict) => sum + verdict.weight, 0);
  const reached = verdicts.reduce((sum, verdict) => sum + verdict.weight * verdict.score, 0);
  return weight === 0 ? 0 : Math.min(1, reached / weight);
}

/** All that the checks go by, one after another. */
export function evidenceOf({ verdicts }: Pick<Attempt, 'verdicts'>): string {
  return verdicts
    .map(({ evidence }) => evidence)
    .filter(Boolean)
    .join('\n');
}

/** The verdict on a step that could not be checked at all. */
export function unjudgedStep(reason: Fault): StepVerdict {
  return { state: 'errored', passed: false, score: 0, ...saying(reason), verdicts: [] };
}
