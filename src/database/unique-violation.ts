import { driverCause } from './driver-cause.ts';

/**
 * Whether `error` says that a row with the same unique value exists; with `field`, that this
 * field (as named in the models) is of the constraint. Works for both databases: SQLite reports
 * the fields, PostgreSQL the name of the index, which Prisma makes of table and fields.
 */
export function isUniqueViolation(error: unknown, field?: string): boolean {
  const cause = driverCause(error);
  if (cause?.kind !== 'UniqueConstraintViolation') return false;
  if (field === undefined) return true;
  const { constraint, table } = cause;
  if (constraint === undefined || 'foreignKey' in constraint) return false;
  return ('fields' in constraint ? constraint.fields : indexFields(constraint.index, table)).includes(field);
}

/** `Machine_sessionId_name_key` → sessionId, name. The primary key of several fields does not tell them. */
function indexFields(index: string, table = ''): string[] {
  if (index === `${table}_pkey`) return ['id'];
  return index.replace(`${table}_`, '').replace(/_key$/, '').split('_');
}
