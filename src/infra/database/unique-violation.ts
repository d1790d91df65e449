import { driverCause } from './driver-cause.ts';

/**
 * Returns whether `error` says that a row with the same unique value exists. With `field`, the violated key must also
 * contain that field of the model. Errors report fields on both databases: see unique-indexes.ts.
 */
export function isUniqueViolation(error: unknown, field?: string): boolean {
  const cause = driverCause(error);
  if (cause?.kind !== 'UniqueConstraintViolation') return false;
  if (field === undefined) return true;
  const { constraint } = cause;
  return constraint !== undefined && 'fields' in constraint && constraint.fields.includes(field);
}
