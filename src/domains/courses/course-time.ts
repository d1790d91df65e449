import { Temporal } from 'temporal-polyfill';
import { fault } from '../../core/errors.ts';

/** A point in time as RFC 3339 writes it, with seconds, and with an offset or Z. */
const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
/** The first and the last moment that a date may name, in milliseconds: databases store no others. */
const FIRST_MS = 0;
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59);

/** A local time, which a course's time zone makes a point in time. */
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;

/**
 * Reads a date of a course: a point in time such as `2030-01-31T09:30:00Z`, or a local time in the course's time zone
 * such as `2030-01-31T09:30`.
 * @throws INPUT_INVALID, also for a local time that the zone skips or has twice when its clocks change
 */
export function readCourseTime(text: string, timeZone: string): Date {
  const shown = text.slice(0, 50);
  try {
    if (INSTANT.test(text)) return bounded(Temporal.Instant.from(text).epochMilliseconds);
    if (LOCAL.test(text)) {
      const local = Temporal.PlainDateTime.from(text, { overflow: 'reject' });
      const zoned = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
      const later = local.toZonedDateTime(timeZone, { disambiguation: 'later' });
      if (zoned.equals(later)) return bounded(zoned.epochMilliseconds);
      const how = zoned.toPlainDateTime().equals(local) ? 'occurs twice' : 'does not exist';
      const problem = `"${shown}" ${how} in ${timeZone}, because clocks change then. Use another time, or add the offset`;
      throw fault('INPUT_INVALID', { problem: `${problem}, as in "${later.toInstant().toString()}".` });
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  const problem = `"${shown}" is not a date and time. Use "2030-01-31T09:30" for the course's time zone, or "2030-01-31T09:30:00Z".`;
  throw fault('INPUT_INVALID', { problem });
}

/** @throws RangeError */
function bounded(milliseconds: number): Date {
  if (milliseconds < FIRST_MS || milliseconds > LAST_MS) throw new RangeError('The year is out of range.');
  return new Date(milliseconds);
}
