import type { Clock } from '../../../src/core/clock.ts';
import { fault } from '../../../src/core/errors.ts';
import type { RateCount, RateLimits } from '../../../src/infra/rate-limits/rate-limits.ts';

/** Creates rate limits whose windows follow the clock of a test. */
export function clockedLimits(clock: Clock): Pick<RateLimits, 'create'> {
  return {
    create({ max, seconds: usual }) {
      const windows = new Map<string, { until: number; count: number }>();
      async function take(key: string, seconds = usual): Promise<RateCount> {
        const now = clock.now().getTime();
        const known = windows.get(key);
        const window = known && known.until > now ? known : { until: now + seconds * 1_000, count: 0 };
        windows.set(key, window);
        window.count += 1;
        const left = Math.ceil((window.until - now) / 1_000);
        return {
          exceeded: window.count > max ? fault('RATE_LIMITED', { seconds: left }) : undefined,
          remaining: Math.max(0, max - window.count),
          seconds: left,
        };
      }
      return {
        take,
        async count(key, seconds) {
          const { exceeded } = await take(key, seconds);
          if (exceeded) throw exceeded;
        },
      };
    },
  };
}
