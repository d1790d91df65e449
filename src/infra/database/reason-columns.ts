import type { Reason } from '../../core/errors.ts';

/** Columns that store why something failed or ended. */
export interface ReasonColumns {
  reasonCode: string | null;
  reasonMessage: string | null;
  /** JSON. */
  reasonDetails: string | null;
}

/** The columns of a row without a reason. */
export const noReason: ReasonColumns = { reasonCode: null, reasonMessage: null, reasonDetails: null };

export function reasonColumns({ code, message, details }: Reason): ReasonColumns {
  return { reasonCode: code, reasonMessage: message, reasonDetails: JSON.stringify(details) };
}

/** Returns the reason of a row, if it has one. */
export function readReason({ reasonCode, reasonMessage, reasonDetails }: ReasonColumns): Reason | undefined {
  if (reasonCode === null) return undefined;
  return {
    // An earlier version may have stored a code that no longer exists. The stored message still applies.
    code: reasonCode as Reason['code'],
    message: reasonMessage ?? '',
    details: JSON.parse(reasonDetails ?? '{}') as Reason['details'],
  };
}
