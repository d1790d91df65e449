import { EventEmitter, once } from 'node:events';
import { Redis } from 'ioredis';
import type { Log } from '../../core/log.ts';

/** How long a command may take, in milliseconds; a healthy Redis needs less than one. */
const COMMAND_LIMIT_MS = 1_000;

/** Pause between two signs of life asked of Redis, in milliseconds: a host that vanished says nothing by itself. */
const HEARTBEAT_MS = 3_000;

/** Longest pause before the next try to connect, in milliseconds. */
const LONGEST_PAUSE_MS = 2_000;

/** A connection that comes back by itself. */
export interface RedisConnection {
  readonly redis: Redis;
  /** Resolves when it is ready for the first time. */
  readonly connected: Promise<void>;
  close(): void;
}

/**
 * Opens one connection to Redis that comes back by itself. Commands are refused while it is away, not
 * kept. `ready` runs each time it is there again; its outages go to `log`, once each.
 */
export function openRedisConnection(options: {
  url: string;
  name: string;
  log: Log;
  ready: (redis: Redis) => Promise<void>;
}): RedisConnection {
  const { url, name, log, ready } = options;
  const redis = new Redis(url, {
    connectionName: name,
    commandTimeout: COMMAND_LIMIT_MS,
    connectTimeout: COMMAND_LIMIT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), LONGEST_PAUSE_MS),
  });
  let away = false;
  let closed = false;
  const opened = new EventEmitter();
  const connected = once(opened, 'ready').then(() => undefined);

  function report(error: unknown): void {
    if (away || closed) return;
    away = true;
    log.warn({ err: error, connection: name }, 'Redis is away: events of other processes do not arrive');
  }

  async function begin(): Promise<void> {
    try {
      await ready(redis);
      if (away) log.info({ connection: name }, 'Redis is back');
      away = false;
      opened.emit('ready');
    } catch (error) {
      report(error);
      redis.disconnect(true);
    }
  }

  redis.on('error', report);
  redis.on('close', () => report(new Error('The connection was closed.')));
  redis.on('ready', () => void begin());
  const heartbeat = setInterval(() => {
    if (redis.status !== 'ready') return;
    redis.ping().catch((error: unknown) => {
      report(error);
      // Drops the connection and makes a new one.
      redis.disconnect(true);
    });
  }, HEARTBEAT_MS);
  heartbeat.unref();

  function close(): void {
    closed = true;
    clearInterval(heartbeat);
    redis.disconnect();
  }
  return { redis, connected, close };
}
