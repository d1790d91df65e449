import type { Contained } from '../../core/containment.ts';
import type { Log } from '../../core/log.ts';
import type { EventBus } from './event-bus.ts';
import { createMemoryBus } from './memory-bus.ts';
import { createRedisBus } from './redis-bus.ts';

/** Creates the event bus of a single process or, with Redis, of several processes. @throws CONFIG_INVALID */
export function connectEvents(
  { redisUrl }: { redisUrl: string | undefined },
  options: { log: Log; contained: Contained },
): Promise<EventBus> | EventBus {
  return redisUrl === undefined ? createMemoryBus(options) : createRedisBus({ url: redisUrl, ...options });
}
