const UNITS: Record<string, number> = { s: 1 / 60, m: 1, h: 60, d: 24 * 60 };

/** Longest duration of a lab, in minutes. */
const MOST = 30 * 24 * 60;

/** Parses a scenario's `time`, such as "10 minutes", "1-2 hours" or "45", to minutes; a range gives the larger value. */
export function minutesOf(time: string | undefined): number | undefined {
  const [, number, unit = 'm'] =
    /^\D*?(?:\d+\s*(?:-|–|to)\s*)?(\d+(?:\.\d+)?)\s*-?\s*([smhd])?/i.exec(time ?? '') ?? [];
  if (number === undefined) return undefined;
  const minutes = Math.ceil(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
  return minutes >= 1 && minutes <= MOST ? minutes : undefined;
}
