import type { Verdict } from '../../generated/operations.ts';
import { translateReason } from '../api/service-message.ts';

/** Returns the message of a verdict or an attempt. A message without a finding is the lab author's own text. */
export function messageOf({ message, finding }: Pick<Verdict, 'message' | 'finding'>): string {
  return finding ? translateReason({ ...finding, message }) : message;
}
