import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { fault } from '../../core/errors.ts';
import type { Contained } from '../../core/containment.ts';
import type { Log } from '../../core/log.ts';
import type { EventBus } from './event-bus.ts';
import { createListeners, createMemoryBus } from './memory-bus.ts';
import { openRedisConnection } from './redis-connection.ts';

/** Maximum length of a message in characters. Events contain a few ids, so a longer message is not one of Berth's. */
const MAX_MESSAGE_LENGTH = 8_192;

/** A message in Redis: an event, its topic, and the process that published it. */
interface RedisMessage {
  from: string;
  topic: string;
  event: object;
}

/** Serializes a message. */
function writeMessage(message: RedisMessage): string {
  return JSON.stringify(message);
}

/** Parses a message; returns undefined for anything that Berth did not write. */
function readMessage(text: string): RedisMessage | undefined {
  if (text.length > MAX_MESSAGE_LENGTH) return undefined;
  const value = parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('from' in value && 'topic' in value && 'event' in value)) return undefined;
  const { from, topic, event } = value;
  if (typeof from !== 'string' || typeof topic !== 'string') return undefined;
  if (typeof event !== 'object' || event === null) return undefined;
  return { from, topic, event };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Maximum wait for Redis at the start, in milliseconds. Then the service starts without it. */
const START_WAIT_MS = 3_000;

/** Maximum wait for Redis to receive published events when the bus closes, in milliseconds. */
const CLOSE_WAIT_MS = 1_000;

/** Maximum number of events in flight to Redis; more are dropped. Enough for a thousand sessions that change at once. */
const IN_FLIGHT_LIMIT = 10_000;

/**
 * Creates the event bus of a service with several processes, through the Redis at `url`. Processes with the same
 * `channel` receive each other's events. Listeners of this process are called directly, even while Redis does not
 * respond. An event that Redis cannot receive is dropped and counted in the log. It is not an error for the publisher,
 * whose work is done. Resolves when connected, or after a time-out.
 */
export async function createRedisBus(options: {
  url: string;
  log: Log;
  contained?: Contained;
  channel?: string;
}): Promise<EventBus> {
  const { url, log, channel = 'berth:events' } = options;
  const listeners = createListeners(options);
  const self = randomUUID();
  const inFlight = new Set<Promise<void>>();
  let subscribed = false;
  let dropped = 0;

  const publisher = openRedisConnection({
    url,
    name: 'berth-publish',
    log,
    consequence: 'events do not reach other processes',
    async ready() {
      if (dropped > 0)
        log.warn({ dropped }, 'dropped events for other processes while Redis did not respond');
      dropped = 0;
    },
  });
  const subscriber = openRedisConnection({
    url,
    name: 'berth-subscribe',
    log,
    consequence: 'events of other processes do not arrive',
    async ready(redis) {
      await redis.subscribe(channel);
      subscribed = true;
    },
  });
  subscriber.redis.on('close', () => (subscribed = false));
  subscriber.redis.on('message', (_channel: string, text: string) => {
    const message = readMessage(text);
    if (message === undefined) log.warn({ channel }, 'ignored a message that is not an event');
    else if (message.from !== self) listeners.deliver(message.topic, message.event);
  });

  async function deliverElsewhere(topic: string, event: object): Promise<void> {
    try {
      await publisher.redis.publish(channel, writeMessage({ from: self, topic, event }));
    } catch {
      // The log reports the outage once, and the number afterwards.
      dropped++;
    }
  }

  function send(topic: string, event: object): void {
    if (inFlight.size >= IN_FLIGHT_LIMIT) {
      dropped++;
      return;
    }
    const sending = deliverElsewhere(topic, event).finally(() => inFlight.delete(sending));
    inFlight.add(sending);
  }

  await Promise.race([
    Promise.all([publisher.connected, subscriber.connected]),
    setTimeout(START_WAIT_MS, undefined, { ref: false }),
  ]);

  return {
    async publish(topic, event) {
      if (listeners.closed) throw fault('EVENTS_CLOSED');
      listeners.deliver(topic, event);
      send(topic, event);
    },
    listen: (topic, listener) => listeners.listen(topic, listener),
    healthy: () => !listeners.closed && subscribed && publisher.redis.status === 'ready',
    async close() {
      listeners.close();
      await Promise.race([Promise.all(inFlight), setTimeout(CLOSE_WAIT_MS, undefined, { ref: false })]);
      subscriber.close();
      publisher.close();
    },
  };
}

/** Creates the event bus of a single process or, with Redis, of several processes. @throws CONFIG_INVALID */
export function connectEvents(
  { redisUrl }: { redisUrl: string | undefined },
  options: { log: Log; contained?: Contained },
): Promise<EventBus> | EventBus {
  return redisUrl === undefined ? createMemoryBus(options) : createRedisBus({ url: redisUrl, ...options });
}
