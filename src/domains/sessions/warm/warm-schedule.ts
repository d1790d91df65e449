import type { WarmTime } from '../../labs/warm-time.ts';
import { addDays, dateIn, instantOf, weekday } from '../../../core/zoned-time.ts';

/** One time at which a schedule wants so many environments. */
export interface Occurrence {
  at: Date;
  count: number;
}

/** All times of the schedule from after `from` up to `to`, by the clock of `zone`; in no order. Pure. */
export function occurrences(
  schedule: readonly WarmTime[],
  { from, to, zone }: { from: Date; to: Date; zone: string },
): Occurrence[] {
  if (schedule.length === 0) return [];
  const found: Occurrence[] = [];
  // Clocks that are set forward move a time to the next day at most.
  let date = addDays(dateIn(zone, from), -1);
  for (; instantOf(zone, date, { hour: 0, minute: 0 }) <= to; date = addDays(date, 1)) {
    for (const time of schedule) {
      if (!time.days.includes(weekday(date))) continue;
      const at = instantOf(zone, date, time);
      if (at > from && at <= to) found.push({ at, count: time.count });
    }
  }
  return found;
}
