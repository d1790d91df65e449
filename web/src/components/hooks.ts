import { useEffect, useState } from 'react';

/** Returns the last defined value, for example while a query is fetched again. */
export function useLastValue<Value>(value: Value | undefined): Value | undefined {
  const [last, setLast] = useState(value);
  if (value !== undefined && value !== last) setLast(value);
  return value ?? last;
}

/** Interval between updates of texts that show minutes, in milliseconds. */
const TICK_MS = 10_000;

/** Returns the current time in milliseconds, updated often enough for texts that show minutes. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Returns the minutes from `now` until `moment`, rounded up; 0 if `moment` has passed. */
export function minutesUntil(moment: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(moment) - now) / 60_000));
}
