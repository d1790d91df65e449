import type { Transaction } from '../../../infra/database/database.ts';
import type { CheckVerdict as VerdictRow } from '../../../infra/database/generated/sqlite/client.ts';
import type { LabCheck } from '../../labs/lab-check.ts';
import type { LabStep } from '../../labs/lab.ts';
import { workAt } from './progress-store.ts';
import type { LearnerAtStep } from './progress-store.ts';
import type { CheckVerdict } from './check-verdict.ts';
import { messageOf } from './check-verdict.ts';
import type { Finding } from './findings.ts';
import { found } from './findings.ts';
import { stepScore, stepVerdict } from './step-verdict.ts';
import type { StepVerdict } from './step-verdict.ts';

/**
 * Number of newest attempts per learner and step that keep their evidence, at most 64 KiB each: nobody reads older
 * ones.
 */
const EVIDENCE_KEPT_OF = 20;

/** Stores the verdicts of an attempt's checks, within the transaction that stores the attempt. */
export async function insertVerdicts(
  tx: Transaction,
  attemptId: string,
  verdicts: readonly CheckVerdict[],
): Promise<void> {
  const rows = verdicts.map((verdict, place) => ({ ...toColumns(verdict), attemptId, place }));
  if (rows.length > 0) await tx.checkVerdict.createMany({ data: rows });
}

/** Deletes the evidence of older attempts at the step, and keeps their other columns. */
export async function emptyOldEvidence(tx: Transaction, step: LearnerAtStep): Promise<void> {
  const attempts = workAt(step);
  const [newestWithout] = await tx.attempt.findMany({
    where: attempts,
    select: { id: true },
    orderBy: { id: 'desc' },
    skip: EVIDENCE_KEPT_OF,
    take: 1,
  });
  if (!newestWithout) return;
  await tx.checkVerdict.updateMany({
    where: { attempt: { ...attempts, id: { lte: newestWithout.id } }, evidence: { not: '' } },
    data: { evidence: '' },
  });
}

function toColumns(verdict: CheckVerdict): Omit<VerdictRow, 'attemptId' | 'place'> {
  const { checkId, kind, weight, state, passed, score, message, evidence, answered } = verdict;
  const exitCode = verdict.exitCode ?? null;
  const common = { checkId, kind, weight, state, passed, score, message, evidence, exitCode, answered };
  return { ...common, ...findingColumns(verdict.finding) };
}

export function toVerdict(row: VerdictRow): CheckVerdict {
  const { checkId, kind, weight, passed, score, message, evidence, exitCode, answered } = row;
  return {
    checkId,
    kind,
    weight,
    state: row.state === 'errored' ? 'errored' : 'finished',
    passed,
    score,
    message,
    evidence,
    exitCode: exitCode ?? undefined,
    finding: readFinding(row),
    answered,
    explanation: undefined,
  };
}

/** The columns of a finding, in attempts and verdicts. */
interface FindingColumns {
  findingCode: string | null;
  /** JSON. */
  findingDetails: string | null;
}

export function findingColumns(finding: Finding | undefined): FindingColumns {
  if (!finding) return { findingCode: null, findingDetails: null };
  return { findingCode: finding.code, findingDetails: JSON.stringify(finding.details) };
}

export function readFinding({ findingCode, findingDetails }: FindingColumns): Finding | undefined {
  if (findingCode === null) return undefined;
  return {
    // An earlier version may have stored a code that no longer exists: then only its message is used.
    code: findingCode as Finding['code'],
    details: JSON.parse(findingDetails ?? '{}') as Finding['details'],
  };
}

/**
 * Counts a learner's wrong answers to each question of a step, by check id, within the transaction that adds another.
 * Answers of an errored attempt count too, because they were judged.
 */
export async function countWrongAnswers(
  tx: Transaction,
  step: LearnerAtStep,
  checks: readonly LabCheck[],
): Promise<Map<string, number>> {
  const questions = checks.flatMap(({ kind, id }) => (kind === 'quiz' ? [id] : []));
  if (questions.length === 0) return new Map();
  const rows = await tx.checkVerdict.groupBy({
    by: ['checkId'],
    where: {
      attempt: workAt(step),
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
