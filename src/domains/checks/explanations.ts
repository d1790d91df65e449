import { isFault } from '../../core/errors.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { LabCheck } from '../labs/lab-check.ts';
import type { Attempt } from './attempt.ts';
import type { CheckVerdict } from './check-verdict.ts';

/**
 * The attempt with what the authors of its questions tell who has answered them rightly, or cannot answer any more:
 * before that it would help to find the answer.
 */
export function explain(attempt: Attempt, catalogue: Pick<LabCatalogue, 'version'>): Attempt {
  if (!attempt.verdicts.some(isSettled)) return attempt;
  const checks = checksOf(attempt, catalogue);
  const verdicts = attempt.verdicts.map((verdict) => {
    const check = checks.find(({ id }) => id === verdict.checkId);
    const explains = isSettled(verdict) && check?.kind === 'quiz';
    return explains ? { ...verdict, explanation: check.explanation } : verdict;
  });
  return { ...attempt, verdicts };
}

function isSettled({ answered, passed, finding }: CheckVerdict): boolean {
  return answered && (passed || finding?.code === 'ANSWER_USED_UP');
}

/** The step's checks; none where the lab is gone or no longer has the step. */
function checksOf(
  { labSlug, labVersion, stepId }: Attempt,
  catalogue: Pick<LabCatalogue, 'version'>,
): readonly LabCheck[] {
  try {
    return catalogue.version(labSlug, labVersion).steps.find(({ id }) => id === stepId)?.checks ?? [];
  } catch (error) {
    if (isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) return [];
    throw error;
  }
}
