import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';

/** Checks that one user may run in a {@link WINDOW_MS}: more than one can read, and a script gone wild is slowed. */
export const RUNS_PER_WINDOW = 60;

const WINDOW_MS = 60_000;

/** Users counted at a time, some 100 bytes each; beyond them those are forgotten whose window began first. */
const MOST_USERS = 10_000;

export type RunLimit = ReturnType<typeof createRunLimit>;

/** Counts the checks that each user runs through this process. */
export function createRunLimit({ clock, mostUsers = MOST_USERS }: { clock: Clock; mostUsers?: number }) {
  /** In the order in which the windows began. */
  const windows = new Map<string, { until: number; runs: number }>();

  function forgetOver(now: number): void {
    for (const [userId, { until }] of windows) {
      if (until > now && windows.size < mostUsers) return;
      windows.delete(userId);
    }
  }

  return {
    /** Counts one more. @throws RATE_LIMITED, with the seconds until there is room again */
    count(userId: string): void {
      const now = clock.now().getTime();
      const window = windows.get(userId);
      if (!window || window.until <= now) {
        windows.delete(userId);
        forgetOver(now);
        windows.set(userId, { until: now + WINDOW_MS, runs: 1 });
        return;
      }
      if (window.runs >= RUNS_PER_WINDOW) {
        throw fault('RATE_LIMITED', { seconds: Math.ceil((window.until - now) / 1_000) });
      }
      window.runs++;
    },
    /** How many users are counted now. */
    users: () => windows.size,
  };
}
