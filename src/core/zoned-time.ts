/** A date as calendars have it, without a time zone; the month from 1. */
export interface CalendarDate {
  year: number;
  month: number;
  day: number;
}

const DAY_MS = 24 * 60 * 60_000;

/** Making a format costs a thousand times what using it does. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The time zone of this machine, such as `Europe/Paris`. */
export const systemZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Whether there is such a time zone. */
export function isTimeZone(name: string): boolean {
  try {
    return formatOf(name) !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The date that it is in `zone` at `instant`. */
export function dateIn(zone: string, instant: Date): CalendarDate {
  const local = new Date(instant.getTime() + offsetMs(zone, instant.getTime()));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
}

/** The date so many days later. */
export function addDays({ year, month, day }: CalendarDate, days: number): CalendarDate {
  return dateIn('UTC', new Date(Date.UTC(year, month - 1, day + days)));
}

/** Day of the week, 0 for Sunday. */
export function weekday({ year, month, day }: CalendarDate): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

/**
 * The instant at which clocks in `zone` show this time: the first of two where they are set back, and
 * as much later as they are set forward by, where they skip it.
 */
export function instantOf(
  zone: string,
  { year, month, day }: CalendarDate,
  { hour, minute }: { hour: number; minute: number },
): Date {
  const shown = Date.UTC(year, month - 1, day, hour, minute);
  const before = offsetMs(zone, shown - DAY_MS);
  const after = offsetMs(zone, shown + DAY_MS);
  const fitting = [shown - before, shown - after].filter((time) => time + offsetMs(zone, time) === shown);
  return new Date(fitting.length > 0 ? Math.min(...fitting) : shown - before);
}

/** How far clocks in `zone` are ahead of UTC, in milliseconds. */
function offsetMs(zone: string, instant: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wholeSeconds = Math.floor(instant / 1000) * 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSeconds;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}
