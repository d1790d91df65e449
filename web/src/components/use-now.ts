import { useEffect, useState } from 'react';

/** How often what is shown in minutes is counted anew, in milliseconds. */
const COUNT_MS = 10_000;

/** The time, for texts that tell minutes. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), COUNT_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Whole minutes from `now` until then, begun ones included; 0 when it is over. */
export function minutesUntil(moment: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(moment) - now) / 60_000));
}
