import { setImmediate, setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { test } from 'tap';
import type { EventBus } from '../../../src/infra/bus/event-bus.ts';
import { openRedisBus, redisUrl, uniqueChannel } from '../../kit/database/buses.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { openCutOffProxy } from '../../kit/proxy/cut-off-proxy.ts';

await test("processes on one Redis receive each other's events in order, and their own once", async (t) => {
  const channel = uniqueChannel();
  const [one, two] = [await openRedisBus(t, { channel }), await openRedisBus(t, { channel })];
  const stranger = await openRedisBus(t);
  const received: string[] = [];
  one.listen('user.changed', ({ userId }) => received.push(`one ${userId}`));
  two.listen('user.changed', ({ userId }) => received.push(`two ${userId}`));
  stranger.listen('user.changed', () => received.push('another channel'));
  for (const userId of ['a', 'b', 'c']) await one.publish('user.changed', { userId });
  await until(() => received.length >= 6);
  await setTimeout(50);
  t.strictSame(
    received.filter((line) => line.startsWith('one')),
    ['one a', 'one b', 'one c'],
  );
  t.strictSame(
    received.filter((line) => line.startsWith('two')),
    ['two a', 'two b', 'two c'],
  );
  t.equal(received.length, 6);
});

await test('an event published just before closing arrives', async (t) => {
  const channel = uniqueChannel();
  const [one, two] = [await openRedisBus(t, { channel }), await openRedisBus(t, { channel })];
  const received: string[] = [];
  two.listen('user.changed', ({ userId }) => received.push(userId));
  for (let index = 0; index < 100; index++) void one.publish('user.changed', { userId: String(index) });
  await one.close();
  await until(() => received.length === 100);
});

await test('a message that is not an event is ignored', async (t) => {
  const channel = uniqueChannel();
  const log = quietLog();
  const bus = await openRedisBus(t, { channel, log });
  const received: string[] = [];
  bus.listen('user.changed', ({ userId }) => received.push(userId));
  const redis = new Redis(redisUrl());
  t.teardown(() => redis.disconnect());
  const strange = [
    '',
    'null',
    '[]',
    '{"from":1}',
    '{"from":"x","topic":"user.changed","event":null}',
    'x'.repeat(20_000),
  ];
  for (const text of strange) await redis.publish(channel, text);
  await redis.publish(channel, '{"from":"x","topic":"of a newer version","event":{}}');
  await redis.publish(channel, '{"from":"x","topic":"user.changed","event":{"userId":"ann"}}');
  await until(() => received.length === 1);
  t.strictSame(
    log.messages(),
    strange.map(() => 'warn: ignored a message that is not an event'),
  );
});

await test('without Redis, publishing works within this process, and it recovers with Redis', async (t) => {
  const proxy = await openCutOffProxy(t, Number(new URL(redisUrl()).port));
  const channel = uniqueChannel();
  const log = quietLog();
  const behind = await openRedisBus(t, { url: `redis://127.0.0.1:${proxy.port}`, channel, log });
  const direct = await openRedisBus(t, { channel });
  const received: string[] = [];
  behind.listen('user.changed', ({ userId }) => received.push(`behind ${userId}`));
  direct.listen('user.changed', ({ userId }) => received.push(`direct ${userId}`));

  await proxy.cut();
  await until(() => !behind.healthy());
  t.ok(
    await endsByItself(behind.publish('user.changed', { userId: 'alone' })),
    'the publisher does not wait',
  );
  await until(() => received.length === 1);
  t.strictSame(received, ['behind alone']);

  await proxy.restore();
  await until(() => behind.healthy());
  await behind.publish('user.changed', { userId: 'again' });
  await direct.publish('user.changed', { userId: 'hello' });
  await until(() => received.length === 5);
  t.strictSame(received.toSorted(), [
    'behind again',
    'behind alone',
    'behind hello',
    'direct again',
    'direct hello',
  ]);
  t.equal(
    log.messages().filter((line) => line.includes('Redis does not respond')).length,
    2,
    'once for each connection',
  );
  t.equal(log.messages().filter((line) => line.includes('Redis responds again')).length, 2);
  t.ok(log.messages().includes('warn: dropped events for other processes while Redis did not respond'));
});

await test('a silent Redis is detected', async (t) => {
  const proxy = await openCutOffProxy(t, Number(new URL(redisUrl()).port));
  const bus = await openRedisBus(t, { url: `redis://127.0.0.1:${proxy.port}` });
  await setTimeout(3_500);
  t.equal(bus.healthy(), true, 'both connections answer pings');
  proxy.silence();
  await until(() => !bus.healthy());
  await proxy.restore();
  await until(() => bus.healthy());
});

await test('a service starts without Redis and connects later', async (t) => {
  const proxy = await openCutOffProxy(t, Number(new URL(redisUrl()).port));
  await proxy.cut();
  const bus = await openRedisBus(t, { url: `redis://127.0.0.1:${proxy.port}` });
  t.equal(bus.healthy(), false);
  await proxy.restore();
  await until(() => bus.healthy());
});

await test('closing does not wait for an unavailable Redis', async (t) => {
  const proxy = await openCutOffProxy(t, Number(new URL(redisUrl()).port));
  const bus: EventBus = await openRedisBus(t, { url: `redis://127.0.0.1:${proxy.port}` });
  proxy.silence();
  t.ok(await endsByItself(bus.publish('user.changed', { userId: 'ann' })), 'nor does publishing');
  // A wait for an answer would never end.
  await bus.close();
});

/** Whether the work ends before anything can arrive from elsewhere. */
async function endsByItself(work: Promise<unknown>): Promise<boolean> {
  let over = false;
  void work.then(() => (over = true));
  await setImmediate();
  return over;
}

/** Waits until `condition` holds, at most ten seconds. */
async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries === 1_000) throw new Error(`did not come true: ${condition.toString()}`);
    await setTimeout(10);
  }
}
