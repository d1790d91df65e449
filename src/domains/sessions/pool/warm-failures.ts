import type { Clock } from '../../../core/clock.ts';
import type { LabVersion } from './warm-plan.ts';

/** Pauses after failures in a row, in milliseconds: each twice as long as the one before. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 10 * 60_000;

export type WarmFailures = ReturnType<typeof createWarmFailures>;

/** Keeps a lab whose environments cannot be made from being tried all the time. */
export function createWarmFailures({ clock }: { clock: Pick<Clock, 'now'> }) {
  /** By slug: no more entries than labs. */
  const failing = new Map<string, { version: string; pauseMs: number; until: number }>();

  return {
    mayTry({ slug, version }: LabVersion): boolean {
      const last = failing.get(slug);
      return last?.version !== version || last.until <= clock.now().getTime();
    },
    /** Notes a failure; how long the lab is left alone, in milliseconds. */
    failed({ slug, version }: LabVersion): number {
      const last = failing.get(slug);
      const pauseMs =
        last?.version === version ? Math.min(2 * last.pauseMs, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
      failing.set(slug, { version, pauseMs, until: clock.now().getTime() + pauseMs });
      return pauseMs;
    },
    succeeded: ({ slug }: LabVersion) => void failing.delete(slug),
    /** Everything may be tried again. */
    clear: () => failing.clear(),
  };
}
