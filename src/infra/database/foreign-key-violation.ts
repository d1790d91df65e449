import { fault } from '../../core/errors.ts';
import { driverCause } from './driver-cause.ts';

/** Returns whether `error` says that a row refers to a missing row, which was deleted after it was read. */
export function isForeignKeyViolation(error: unknown): boolean {
  return driverCause(error)?.kind === 'ForeignKeyConstraintViolation';
}

/** Returns a function that rethrows an error, as the fault `code` if the parent of a new row no longer exists. */
export function whenGone(code: 'SESSION_NOT_FOUND' | 'TERMINAL_NOT_FOUND' | 'USER_NOT_FOUND') {
  return (error: unknown): never => {
    throw isForeignKeyViolation(error) ? fault(code, {}, error) : error;
  };
}
