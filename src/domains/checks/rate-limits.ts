import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';

/** Maximum number of remembered polls, about 100 bytes each; the oldest ones are forgotten. */
const MOST_POLLS = 10_000;

export type PollLimit = ReturnType<typeof createPollLimit>;

/** Limits how often each user polls in a session: only one step is open at a time, whatever a client requests. */
export function createPollLimit({ clock, mostPolls = MOST_POLLS }: { clock: Clock; mostPolls?: number }) {
  /** When the next poll is allowed, in milliseconds since 1970, ordered by the last poll. */
  const next = new Map<string, number>();

  return {
    /**
     * Counts a poll, and blocks further ones for `seconds`.
     * @throws RATE_LIMITED with the seconds to wait
     */
    count({ userId, sessionId, seconds }: { userId: string; sessionId: string; seconds: number }): void {
      const key = `${userId} ${sessionId}`;
      const now = clock.now().getTime();
      const wait = (next.get(key) ?? now) - now;
      if (wait > 0) throw fault('RATE_LIMITED', { seconds: Math.ceil(wait / 1_000) });
      next.delete(key);
      next.set(key, now + seconds * 1_000);
      for (const [oldest] of next) {
        if (next.size <= mostPolls) break;
        next.delete(oldest);
      }
    },
    /** Returns how many polls are remembered. */
    size: () => next.size,
  };
}

/**
 * Maximum number of checks per user and {@link WINDOW_MS}: more than a person can read, but it slows down a faulty
 * script.
 */
export const RUNS_PER_WINDOW = 60;

const WINDOW_MS = 60_000;

/** Maximum number of counted users, about 100 bytes each; those with the oldest windows are forgotten. */
const MOST_USERS = 10_000;

export type RunLimit = ReturnType<typeof createRunLimit>;

/** Limits the checks that each user runs through this process. */
export function createRunLimit({ clock, mostUsers = MOST_USERS }: { clock: Clock; mostUsers?: number }) {
  /** Ordered by the start of the windows. */
  const windows = new Map<string, { until: number; runs: number }>();

  function forgetOver(now: number): void {
    for (const [userId, { until }] of windows) {
      if (until > now && windows.size < mostUsers) return;
      windows.delete(userId);
    }
  }

  return {
    /**
     * Counts a check.
     * @throws RATE_LIMITED with the seconds to wait
     */
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
    /** Returns how many users are counted. */
    users: () => windows.size,
  };
}
