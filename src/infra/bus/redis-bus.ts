import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { fault } from '../../core/errors.ts';
import type { Contained } from '../../core/containment.ts';
import type { Log } from '../../core/log.ts';
import type { EventBus } from './event-bus.ts';
import { createListeners } from './listeners.ts';
import { openRedisConnection } from './redis-connection.ts';

/** Longest message that is read, in characters: events carry a few ids, so a longer one is not ours. */
const LONGEST_MESSAGE = 8_192;

/** What travels through Redis: an event, its topic, and the process that published it. */
interface RedisMessage {
  from: string;
  topic: string;
  event: object;
}

/** Writes a message. */
function writeMessage(message: RedisMessage): string {
  return JSON.stringify(message);
}

/** Reads a message; undefined for anything that this service did not write. */
function readMessage(text: string): RedisMessage | undefined {
  if (text.length > LONGEST_MESSAGE) return undefined;
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

/** How long the start waits for Redis before it goes on without, in milliseconds. */
const START_WAIT_MS = 3_000;

/** How long closing waits for Redis to take what was published, in milliseconds. */
const CLOSE_WAIT_MS = 1_000;

/** Events on their way to Redis at once; more are dropped. A thousand sessions changing in the same moment fit. */
const IN_FLIGHT_LIMIT = 10_000;

/**
 * The event bus of a service that runs in several processes, through the Redis at `url`; those
 * with the same `channel` hear each other. Listeners of this process are told directly, whether
 * Redis is there or not. An event that Redis cannot take is dropped and counted in the log, never an error of
 * the publisher, whose work is done. Resolves when connected, or after a while without.
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
    async ready() {
      if (dropped > 0) log.warn({ dropped }, 'events did not reach the other processes while Redis was away');
      dropped = 0;
    },
  });
  const subscriber = openRedisConnection({
    url,
    name: 'berth-subscribe',
    log,
    async ready(redis) {
      await redis.subscribe(channel);
      subscribed = true;
    },
  });
  subscriber.redis.on('close', () => (subscribed = false));
  subscriber.redis.on('message', (_channel: string, text: string) => {
    const message = readMessage(text);
    if (message === undefined) log.warn({ channel }, 'a message that is not an event was ignored');
    else if (message.from !== self) listeners.deliver(message.topic, message.event);
  });

  async function deliverElsewhere(topic: string, event: object): Promise<void> {
    try {
      await publisher.redis.publish(channel, writeMessage({ from: self, topic, event }));
    } catch {
      // The log tells of the outage once, and of the number afterwards.
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
