import { fault } from '../../core/errors.ts';
import { driverCause } from './driver-cause.ts';

/** Returns whether `error` says that a row refers to one that is not there: it was deleted since it was looked up. */
export function isForeignKeyViolation(error: unknown): boolean {
  return driverCause(error)?.kind === 'ForeignKeyConstraintViolation';
}

/** Rethrows an error; as a fault of the catalogue where it says that what a new row belongs to is gone. */
export function whenGone(code: 'SESSION_NOT_FOUND' | 'TERMINAL_NOT_FOUND' | 'USER_NOT_FOUND') {
  return (error: unknown): never => {
    throw isForeignKeyViolation(error) ? fault(code, {}, error) : error;
  };
}
