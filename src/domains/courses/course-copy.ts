import { Temporal } from 'temporal-polyfill';
import { newId } from '../../core/ids.ts';
import type { Assignment } from './assignment.ts';

/** Longest shift of a course's dates, in days. */
export const SHIFT_LIMIT_DAYS = 3_650;

/**
 * Returns a course's assignments for its copy: with the same terms, and with dates that are `shiftDays` later at the same
 * local time, also if the clocks change in between. A local time that the zone skips becomes the next one.
 */
export function copiedAssignments(
  assignments: readonly Assignment[],
  {
    courseId,
    shiftDays,
    timeZone,
    now,
  }: { courseId: string; shiftDays: number; timeZone: string; now: Date },
): Assignment[] {
  const shifted = (date: Date | undefined) => date && shift(date, shiftDays, timeZone);
  return assignments.map((assignment) => ({
    ...assignment,
    id: newId(now),
    courseId,
    opensAt: shifted(assignment.opensAt),
    dueAt: shifted(assignment.dueAt),
    closesAt: shifted(assignment.closesAt),
    createdAt: now,
    updatedAt: now,
  }));
}

function shift(date: Date, days: number, timeZone: string): Date {
  const local = Temporal.Instant.fromEpochMilliseconds(date.getTime()).toZonedDateTimeISO(timeZone);
  return new Date(local.add({ days }).epochMilliseconds);
}
