import type { FaultDetails } from '../../../core/errors.ts';

/** What a message was made of, each with its name. */
export function details(of: { details: FaultDetails }): { name: string; value: string }[] {
  return Object.entries(of.details).map(([name, value]) => ({ name, value: String(value) }));
}
