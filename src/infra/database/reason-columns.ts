import type { Reason } from '../../core/errors.ts';

/** Why something failed or ended, as its row has it. */
export interface ReasonColumns {
  reasonCode: string | null;
  reasonMessage: string | null;
  /** JSON. */
  reasonDetails: string | null;
}

/** The columns of a row that nothing is wrong with. */
export const noReason: ReasonColumns = { reasonCode: null, reasonMessage: null, reasonDetails: null };

export function reasonColumns({ code, message, details }: Reason): ReasonColumns {
  return { reasonCode: code, reasonMessage: message, reasonDetails: JSON.stringify(details) };
}

/** The reason of a row that has one. */
export function readReason({ reasonCode, reasonMessage, reasonDetails }: ReasonColumns): Reason | undefined {
  if (reasonCode === null) return undefined;
  return {
    // What an earlier Berth stored may have gone from the catalogue since: its words stand for it.
    code: reasonCode as Reason['code'],
    message: reasonMessage ?? '',
    details: JSON.parse(reasonDetails ?? '{}') as Reason['details'],
  };
}
