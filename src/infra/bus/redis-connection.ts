import { EventEmitter, once } from 'node:events';
import { Redis } from 'ioredis';
import type { Log } from '../../core/log.ts';

/** Maximum time of a command, in milliseconds. A healthy Redis needs less than one. */
const COMMAND_LIMIT_MS = 1_000;

/** Interval between two pings of Redis, in milliseconds. A host that vanished does not close its connections. */
const HEARTBEAT_MS = 3_000;

/** Maximum pause before the next attempt to connect, in milliseconds. */
const MAX_PAUSE_MS = 2_000;

/** A connection that reconnects automatically. */
interface RedisConnection {
  readonly redis: Redis;
  /** Resolves when the connection is ready for the first time. */
  readonly connected: Promise<void>;
  close(): void;
}

/**
 * Opens a connection to Redis that reconnects automatically. Commands are rejected while it is disconnected, not queued.
 * `ready` runs after each reconnection. Each outage is logged once.
 */
export function openRedisConnection(options: {
  url: string;
  name: string;
  log: Log;
  /** What no longer works while Redis does not respond, for the log. */
  consequence: string;
  ready: (redis: Redis) => Promise<void>;
}): RedisConnection {
  const { url, name, log, consequence, ready } = options;
  const redis = new Redis(url, {
    connectionName: name,
    commandTimeout: COMMAND_LIMIT_MS,
    connectTimeout: COMMAND_LIMIT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), MAX_PAUSE_MS),
  });
  let away = false;
  let closed = false;
  const opened = new EventEmitter();
  const connected = once(opened, 'ready').then(() => undefined);

  function report(error: unknown): void {
    if (away || closed) return;
    away = true;
    log.warn({ err: error, connection: name }, `Redis does not respond, so ${consequence}`);
  }

  async function begin(): Promise<void> {
    try {
      await ready(redis);
      if (away) log.info({ connection: name }, 'Redis responds again');
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
      // Closes the connection and opens a new one.
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
