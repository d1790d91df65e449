import type { Transaction } from '../../../infra/database/database.ts';
import type {
  CheckVerdict as VerdictRow,
  Attempt as AttemptRow,
} from '../../../infra/database/generated/sqlite/client.ts';
import type { CheckVerdict } from './check-verdict.ts';
import type { Finding } from './findings.ts';

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
export async function emptyOldEvidence(
  tx: Transaction,
  step: Pick<AttemptRow, 'learnerId' | 'labSlug' | 'stepId'>,
): Promise<void> {
  const [newestWithout] = await tx.attempt.findMany({
    where: step,
    select: { id: true },
    orderBy: { id: 'desc' },
    skip: EVIDENCE_KEPT_OF,
    take: 1,
  });
  if (!newestWithout) return;
  await tx.checkVerdict.updateMany({
    where: { attempt: { ...step, id: { lte: newestWithout.id } }, evidence: { not: '' } },
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
export interface FindingColumns {
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
