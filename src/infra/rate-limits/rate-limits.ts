import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { fault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { openRedisConnection } from '../bus/redis-connection.ts';

/** Maximum number of counted keys in the memory of one limit, about 500 bytes each; the oldest ones are forgotten. */
const KEYS_IN_MEMORY = 10_000;

/** Counts requests by key in fixed windows. A window starts with the first request in it. */
export interface RateLimit {
  /**
   * Counts a request. `seconds` is the length of the window that it starts, a whole number; the default is that of
   * the limit.
   */
  take(key: string, seconds?: number): Promise<RateCount>;
  /**
   * Counts a request; see {@link RateLimit.take}.
   * @throws RATE_LIMITED with the seconds to wait
   */
  count(key: string, seconds?: number): Promise<void>;
}

/** The result of counting a request. */
export interface RateCount {
  /** Set if the request exceeds the limit: RATE_LIMITED with the seconds to wait. */
  exceeded: Fault | undefined;
  /** Number of requests that the window still allows. */
  remaining: number;
  /** Time until the window ends, in whole seconds. */
  seconds: number;
}

interface RateLimitOptions {
  /** Unique name of the limit. */
  name: string;
  /** Maximum number of requests of a key in a window. */
  max: number;
  /** Length of a window in whole seconds. */
  seconds: number;
}

/** Creates rate limits. */
export interface RateLimits {
  create(options: RateLimitOptions): RateLimit;
  close(): Promise<void>;
}

/**
 * Creates the rate limits of a service. With Redis, all of its processes count together. Without Redis, and while it does
 * not respond, each process counts for itself. `prefix` separates services that share a Redis server.
 */
export function createRateLimits(options: {
  redisUrl: string | undefined;
  log: Log;
  prefix?: string;
  keysInMemory?: number;
}): RateLimits {
  const { redisUrl, log, prefix = 'berth:limit', keysInMemory = KEYS_IN_MEMORY } = options;
  const connection =
    redisUrl === undefined
      ? undefined
      : openRedisConnection({
          url: redisUrl,
          name: 'berth-limits',
          log,
          consequence: 'each process counts rate limits for itself',
          ready: async () => undefined,
        });

  function create({ name, max, seconds: duration }: RateLimitOptions): RateLimit {
    const window = { keyPrefix: `${prefix}:${name}`, points: max, duration };
    const memory = new BoundedMemory(window, keysInMemory);
    const limiter = connection
      ? new RateLimiterRedis({
          ...window,
          storeClient: connection.redis,
          rejectIfRedisNotReady: true,
          insuranceLimiter: memory,
        })
      : memory;

    async function take(key: string, seconds = duration): Promise<RateCount> {
      const result = await consume(limiter, key, seconds);
      const left = Math.max(1, Math.ceil(result.msBeforeNext / 1_000));
      const exceeded = result.consumedPoints > max ? fault('RATE_LIMITED', { seconds: left }) : undefined;
      return { exceeded, remaining: result.remainingPoints, seconds: left };
    }
    return {
      take,
      async count(key, seconds) {
        const { exceeded } = await take(key, seconds);
        if (exceeded) throw exceeded;
      },
    };
  }

  return { create, close: async () => connection?.close() };
}

/** Counts a request. The library rejects with the result if the limit is exceeded. */
async function consume(
  limiter: RateLimiterMemory | RateLimiterRedis,
  key: string,
  seconds: number,
): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key, 1, { customDuration: seconds });
  } catch (error) {
    if (error instanceof RateLimiterRes) return error;
    throw error;
  }
}

/** Counts in memory and forgets the oldest keys, so that many client addresses cannot fill the memory. */
class BoundedMemory extends RateLimiterMemory {
  readonly #keys = new Set<string>();
  readonly #most: number;

  constructor(options: { keyPrefix: string; points: number; duration: number }, most: number) {
    super(options);
    this.#most = most;
  }

  override async consume(
    key: string,
    points?: number,
    options?: { customDuration?: number },
  ): Promise<RateLimiterRes> {
    const counted = super.consume(key, points, options);
    const { isFirstInDuration } = await counted.catch((error: RateLimiterRes) => error);
    if (isFirstInDuration) {
      this.#keys.delete(key);
      this.#keys.add(key);
    }
    for (const oldest of this.#keys) {
      if (this.#keys.size <= this.#most) break;
      this.#keys.delete(oldest);
      await this.delete(oldest);
    }
    return counted;
  }
}
