import type { Finding } from './findings.ts';

/** What a message says, as the row of an attempt or a verdict has it. */
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
    // One that an earlier Berth stored may be gone since: its message stands for it.
    code: findingCode as Finding['code'],
    details: JSON.parse(findingDetails ?? '{}') as Finding['details'],
  };
}
