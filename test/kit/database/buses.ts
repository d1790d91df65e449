import { randomUUID } from 'node:crypto';
import type { Test } from 'tap';
import type { EventBus } from '../../../src/infra/bus/event-bus.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { createRedisBus } from '../../../src/infra/bus/redis-bus.ts';
import type { Log } from '../../../src/core/log.ts';
import { quietLog } from '../basics/quiet-log.ts';
import type { QuietLog } from '../basics/quiet-log.ts';

/** Runs `body` as a subtest on each implementation of the event bus. */
export async function eachBus(
  t: Test,
  name: string,
  body: (t: Test, bus: EventBus, log: QuietLog) => Promise<void>,
): Promise<void> {
  await t.test(`${name} (memory)`, async (t) => {
    const log = quietLog();
    const bus = createMemoryBus({ log });
    t.teardown(() => bus.close());
    await body(t, bus, log);
  });
  await t.test(`${name} (Redis)`, async (t) => {
    const log = quietLog();
    const bus = await openRedisBus(t, { log });
    await body(t, bus, log);
  });
}

/** Opens a bus on the tests' Redis, which is closed after the test. Buses on the same channel share events. */
export async function openRedisBus(
  t: Test,
  options: { url?: string; log?: Log; channel?: string } = {},
): Promise<EventBus> {
  const { url = redisUrl(), log = quietLog(), channel = uniqueChannel() } = options;
  const bus = await createRedisBus({ url, log, channel });
  t.teardown(() => bus.close());
  return bus;
}

/** A channel that no other test uses. */
export function uniqueChannel(): string {
  return `berth-test:${randomUUID()}`;
}

/** The address of the tests' Redis. */
export function redisUrl(): string {
  const url = process.env['BERTH_TEST_REDIS_URL'];
  if (!url) {
    throw new Error(
      'BERTH_TEST_REDIS_URL is not set: run the tests with "npm test", which starts a Redis server for them.',
    );
  }
  return url;
}
