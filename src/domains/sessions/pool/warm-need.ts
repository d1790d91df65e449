import type { LabWarm } from '../../labs/lab.ts';
import type { WarmTime } from '../../labs/warm-time.ts';
import { addDays, dateIn, instantOf, weekday } from '../../../core/zoned-time.ts';

/** How long after a scheduled time what nobody took is kept, in milliseconds: for those who are late. */
const KEPT_MS = 30 * 60_000;

/** How many environments of a lab there are to be. */
export interface WarmNeed {
  /** Made up to this number. */
  wanted: number;
  /** Removed down to this number, which is never less. */
  kept: number;
}

export interface WarmRules {
  /** Time zone of schedules, such as `Europe/Paris`. */
  zone: string;
  /** A lab that nobody started for so long is not in use. */
  idleMinutes: number;
}

/**
 * What a lab needs at `now`. By a scheduled time its number is ready, with `aheadMs` to make it in;
 * what is taken from then on is not made again, and what is left stays a while. The plain count
 * holds while the lab is in use: until `idleMinutes` after its last start or scheduled time. Pure.
 */
export function needOf(
  { count, schedule }: LabWarm,
  pool: { neededAt: Date; drainedAt: Date | null },
  { now, aheadMs, zone, idleMinutes }: WarmRules & { now: Date; aheadMs: number },
): WarmNeed {
  const idleMs = idleMinutes * 60_000;
  const drainedAt = pool.drainedAt && pool.drainedAt >= pool.neededAt ? pool.drainedAt : undefined;
  // What an admin emptied stays so until the turn of a later time comes.
  const counts = (at: Date) => !drainedAt || at.getTime() - aheadMs > drainedAt.getTime();
  const span = { from: later(-KEPT_MS - idleMs), to: later(aheadMs), zone };
  const times = occurrences(schedule, span).filter(({ at }) => counts(at));
  const coming = times.filter(({ at }) => at > now);
  const late = times.filter(({ at }) => at <= now && at > later(-KEPT_MS));
  const inUse = (!drainedAt && pool.neededAt > later(-idleMs)) || times.some(({ at }) => at <= now);
  const wanted = most(inUse ? count : 0, coming);
  return { wanted, kept: most(wanted, late) };

  function later(ms: number): Date {
    return new Date(now.getTime() + ms);
  }
}

const most = (least: number, times: { count: number }[]) =>
  Math.max(least, ...times.map(({ count }) => count));

/** One time at which a schedule wants so many environments. */
interface Occurrence {
  at: Date;
  count: number;
}

/** All times of the schedule from after `from` up to `to`, by the clock of `zone`; in no order. Pure. */
function occurrences(
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
