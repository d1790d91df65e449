import type { Transaction } from '../../../infra/database/database.ts';
import type {
  CheckVerdict as VerdictRow,
  Attempt as AttemptRow,
} from '../../../infra/database/generated/sqlite/client.ts';
import type { CheckVerdict } from './check-verdict.ts';
import { findingColumns, readFinding } from './finding-columns.ts';

/** Newest attempts of a learner in a step that keep their evidence: as far back as anyone reads; 64 KiB each at most. */
const EVIDENCE_KEPT_OF = 20;

/** Stores how the checks of an attempt ended, within the transaction that stores how the attempt did. */
export async function insertVerdicts(
  tx: Transaction,
  attemptId: string,
  verdicts: readonly CheckVerdict[],
): Promise<void> {
  const rows = verdicts.map((verdict, place) => ({ ...toColumns(verdict), attemptId, place }));
  if (rows.length > 0) await tx.checkVerdict.createMany({ data: rows });
}

/** Empties what older attempts at the step go by; the rest of them stays. */
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
