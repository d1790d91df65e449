import { driverCause } from './driver-cause.ts';

/**
 * Returns whether `error` says that a row with the same unique value exists. With `field`, also
 * whether the violated key contains that field, as the models name it. Errors of the client and of
 * transactions report fields on both databases: see unique-indexes.ts.
 */
export function isUniqueViolation(error: unknown, field?: string): boolean {
  const cause = driverCause(error);
  if (cause?.kind !== 'UniqueConstraintViolation') return false;
  if (field === undefined) return true;
  const { constraint } = cause;
  return constraint !== undefined && 'fields' in constraint && constraint.fields.includes(field);
}
