import type { Transaction } from '../../../infra/database/database.ts';
import type { LabCheck } from '../../labs/lab-check.ts';
import type { LabStep } from '../../labs/lab.ts';
import { messageOf } from './check-verdict.ts';
import type { CheckVerdict } from './check-verdict.ts';
import { found } from './findings.ts';
import type { LearnerAtStep } from '../hint-store.ts';
import { stepScore, stepVerdict } from './step-verdict.ts';
import type { StepVerdict } from './step-verdict.ts';

/**
 * Counts a learner's wrong answers to each question of a step, by check id, within the transaction that adds another.
 * Answers of an errored attempt count too, because they were judged.
 */
export async function countWrongAnswers(
  tx: Transaction,
  { learnerId, labSlug, stepId }: LearnerAtStep,
  checks: readonly LabCheck[],
): Promise<Map<string, number>> {
  const questions = checks.flatMap(({ kind, id }) => (kind === 'quiz' ? [id] : []));
  if (questions.length === 0) return new Map();
  const rows = await tx.checkVerdict.groupBy({
    by: ['checkId'],
    where: {
      attempt: { learnerId, labSlug, stepId },
      checkId: { in: questions },
      kind: 'quiz',
      state: 'finished',
      answered: true,
      passed: false,
    },
    _count: { _all: true },
  });
  return new Map(rows.map(({ checkId, _count }) => [checkId, _count._all]));
}

/**
 * Applies earlier wrong answers to a verdict. A question without attempts left fails, whatever the answer. Each wrong
 * answer reduces the score of a right one, but does not affect whether the step passes. Pure.
 */
export function afterWrongAnswers(
  step: Pick<LabStep, 'pass' | 'checks'>,
  verdict: StepVerdict,
  wrong: ReadonlyMap<string, number>,
): StepVerdict {
  const questionOf = ({ checkId }: CheckVerdict) =>
    step.checks.find((check) => check.kind === 'quiz' && check.id === checkId);
  if (!verdict.verdicts.some(questionOf)) return verdict;
  const limited = verdict.verdicts.map((each) => limit(each, questionOf(each), wrong.get(each.checkId) ?? 0));
  const judged = stepVerdict(step, limited);
  const verdicts = limited.map((each) => reduce(each, questionOf(each), wrong.get(each.checkId) ?? 0));
  return { ...judged, verdicts, score: judged.state === 'errored' ? 0 : stepScore(verdicts) };
}

function limit(verdict: CheckVerdict, check: LabCheck | undefined, before: number): CheckVerdict {
  if (check?.kind !== 'quiz' || check.attempts === undefined || !verdict.answered) return verdict;
  const left = check.attempts - before - 1;
  if (left >= 0 && verdict.passed) return verdict;
  if (left > 0) return { ...verdict, ...messageOf(found('ANSWER_WRONG_LEFT', { left })) };
  return { ...verdict, passed: false, score: 0, ...messageOf(found('ANSWER_USED_UP')) };
}

function reduce(verdict: CheckVerdict, check: LabCheck | undefined, before: number): CheckVerdict {
  if (check?.kind !== 'quiz' || !verdict.passed) return verdict;
  return { ...verdict, score: Math.max(0, verdict.score - check.cost * before) };
}
