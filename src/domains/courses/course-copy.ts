import { setImmediate } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { newId } from '../../core/ids.ts';
import type { Assignment } from './assignment.ts';

/** Longest shift of a course's dates, in days. */
export const SHIFT_LIMIT_DAYS = 3_650;

/** Assignments that are copied before others get their turn: dates with a time zone take a tenth of a millisecond each. */
const PORTION = 50;

/**
 * Returns a course's assignments for its copy: with the same terms, and with dates that are `shiftDays` later at the same
 * local time, also if the clocks change in between. A local time that the zone skips becomes the next one.
 */
export async function copiedAssignments(
  assignments: readonly Assignment[],
  {
    courseId,
    shiftDays,
    timeZone,
    now,
  }: { courseId: string; shiftDays: number; timeZone: string; now: Date },
): Promise<Assignment[]> {
  const shifted = (date: Date | undefined) => date && shift(date, shiftDays, timeZone);
  const copies: Assignment[] = [];
  for (const assignment of assignments) {
    if (copies.length > 0 && copies.length % PORTION === 0) await setImmediate();
    copies.push({
      ...assignment,
      id: newId(now),
      courseId,
      opensAt: shifted(assignment.opensAt),
      dueAt: shifted(assignment.dueAt),
      closesAt: shifted(assignment.closesAt),
      createdAt: now,
      updatedAt: now,
    });
  }
  return copies;
}

function shift(date: Date, days: number, timeZone: string): Date {
  const local = Temporal.Instant.fromEpochMilliseconds(date.getTime()).toZonedDateTimeISO(timeZone);
  return new Date(local.add({ days }).epochMilliseconds);
}
