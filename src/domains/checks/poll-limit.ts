import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';

/** Polls remembered at a time, some 100 bytes each; beyond them those are forgotten that are longest ago. */
const MOST_POLLS = 10_000;

export type PollLimit = ReturnType<typeof createPollLimit>;

/** Holds each user's polls in a session apart: one step is open at a time, whatever a client asks for. */
export function createPollLimit({ clock, mostPolls = MOST_POLLS }: { clock: Clock; mostPolls?: number }) {
  /** When the next one may come, in milliseconds since 1970, in the order of the last ones. */
  const next = new Map<string, number>();

  return {
    /** Notes one more, after which there is none for `seconds`. @throws RATE_LIMITED, with the seconds until there may be */
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
    /** How many are remembered now. */
    size: () => next.size,
  };
}
