import { isFault } from '../errors.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { LabCheck } from '../labs/lab-check.ts';
import type { Attempt } from './attempt.ts';

/** The attempt with what the authors of its questions tell who has answered them. */
export function explain(attempt: Attempt, catalogue: Pick<LabCatalogue, 'version'>): Attempt {
  if (!attempt.verdicts.some(({ answered }) => answered)) return attempt;
  const checks = checksOf(attempt, catalogue);
  const verdicts = attempt.verdicts.map((verdict) => {
    const check = checks.find(({ id }) => id === verdict.checkId);
    const isAnswered = verdict.answered && check?.kind === 'quiz';
    return isAnswered ? { ...verdict, explanation: check.explanation } : verdict;
  });
  return { ...attempt, verdicts };
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
