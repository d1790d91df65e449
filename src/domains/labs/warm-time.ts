import { nearest } from './reading/nearest.ts';

/** Maximum number of prewarmed environments of one lab. */
export const MOST_WARM = 500;

/** A time of the week in the service's time zone, and how many environments must be prewarmed by then. */
export interface WarmTime {
  /** Days of the week, 0 for Sunday. */
  days: readonly number[];
  hour: number;
  minute: number;
  count: number;
}

/** The problem of a text that is not a warm time. */
export const WARM_TIME_PROBLEM =
  'must be a day, a time and a number, such as "Monday 09:00, 60" or "Every day 13:30, 10"';

const week = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const daysByName = new Map<string, readonly number[]>([
  ...week.map((name, day) => [name.toLowerCase(), [day]] as const),
  ['weekdays', [1, 2, 3, 4, 5]],
  ['every day', [0, 1, 2, 3, 4, 5, 6]],
]);

const names = [...week, 'Weekdays', 'Every day'];

/** Longest text that is read, in characters. */
const LONGEST_TEXT = 100;

/** Parses a text such as "Monday 09:00, 60". Returns a description of the problem if it is invalid. Pure. */
export function parseWarmTime(text: string): WarmTime | string {
  if (text.length > LONGEST_TEXT) return WARM_TIME_PROBLEM;
  const [, day, time, number] = /^\s*(\S.*?)\s+(\S+?)\s*,\s*(\S+)\s*$/.exec(text) ?? [];
  if (day === undefined || time === undefined || number === undefined) {
    return WARM_TIME_PROBLEM;
  }
  const days = daysByName.get(day.toLowerCase().replaceAll(/\s+/g, ' '));
  if (!days) return `must start with a day: "${day}" is not one${meant(day)}`;
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  if (hour === undefined || minute === undefined) {
    return `must have a time from 00:00 to 23:59 with two digits each, such as 09:00, not "${time}"`;
  }
  const count = /^\d{1,4}$/.test(number) ? Number(number) : 0;
  if (count < 1 || count > MOST_WARM) return `must end with a number from 1 to ${MOST_WARM}, not "${number}"`;
  return { days, hour: Number(hour), minute: Number(minute), count };
}

function meant(word: string): string {
  const name = nearest(word, names);
  return name === undefined ? `; use ${names.join(', ')}` : `; did you mean "${name}"?`;
}
