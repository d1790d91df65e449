import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import t from 'tap';
import type { Test } from 'tap';
import { createRateLimits } from '../../../src/infra/rate-limits/rate-limits.ts';
import { redisUrl, uniqueChannel } from '../../kit/database/buses.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { until } from '../../kit/basics/until.ts';
import { openCutOffProxy } from '../../kit/proxy/cut-off-proxy.ts';

/** Opens the rate limits of one more process. */
function openLimits(t: Test, { url = redisUrl(), prefix = uniqueChannel() } = {}) {
  const log = quietLog();
  const limits = createRateLimits({ redisUrl: url, prefix, log });
  t.teardown(() => limits.close());
  return { limits, log, limit: limits.create({ name: 'checks', max: 3, seconds: 2 }) };
}

/** Waits until requests are counted in Redis. */
async function connected(t: Test, prefix: string, take: (key: string) => Promise<unknown>): Promise<void> {
  const redis = new Redis(redisUrl());
  t.teardown(() => redis.disconnect());
  await until(async () => {
    await take('warm-up');
    return (await redis.keys(`${prefix}:*`)).length > 0;
  });
}

await t.test('processes on one Redis count together, and the window ends for both', async (t) => {
  const prefix = uniqueChannel();
  const [one, two] = [openLimits(t, { prefix }), openLimits(t, { prefix })];
  await connected(t, prefix, one.limit.take);
  await connected(t, prefix, two.limit.take);
  await one.limit.count('ann');
  await two.limit.count('ann');
  t.match(await one.limit.take('ann'), { exceeded: undefined, remaining: 0 });
  await t.rejects(two.limit.count('ann'), { code: 'RATE_LIMITED', details: { seconds: Number } });
  await t.rejects(one.limit.count('ann'), { code: 'RATE_LIMITED' });
  await two.limit.count('bob');
  await setTimeout(2_050);
  await two.limit.count('ann');
});

await t.test('a poll blocks the next one for its own time, in the other process too', async (t) => {
  const prefix = uniqueChannel();
  const [one, two] = [openLimits(t, { prefix }), openLimits(t, { prefix })];
  await connected(t, prefix, one.limit.take);
  await connected(t, prefix, two.limit.take);
  const polls = { name: 'polls', max: 1, seconds: 60 };
  const [here, there] = [one.limits.create(polls), two.limits.create(polls)];
  await here.count('ann 1', 5);
  await t.rejects(there.count('ann 1', 5), { code: 'RATE_LIMITED', details: { seconds: 5 } });
  await there.count('ann 2', 5);
});

await t.test('without Redis each process counts for itself, until Redis is back', async (t) => {
  const prefix = uniqueChannel();
  const proxy = await openCutOffProxy(t, Number(new URL(redisUrl()).port));
  const url = `redis://127.0.0.1:${proxy.port}`;
  const [one, two] = [openLimits(t, { url, prefix }), openLimits(t, { url, prefix })];
  await connected(t, prefix, one.limit.take);
  await connected(t, prefix, two.limit.take);
  await proxy.cut();
  for (const { limit } of [one, two]) {
    for (let count = 0; count < 3; count++) await limit.count('ann');
    await t.rejects(limit.count('ann'), { code: 'RATE_LIMITED' });
  }
  await until(() => one.log.lines.some(({ message }) => /each process counts/.test(message)));
  await proxy.restore();
  await until(async () => {
    const key = String(Math.random());
    await one.limit.take(key);
    return (await two.limit.take(key)).remaining === 1;
  });
});

await t.test('a Redis that hangs delays a request by a second at most', async (t) => {
  const proxy = await openCutOffProxy(t, Number(new URL(redisUrl()).port));
  const { limit } = openLimits(t, { url: `redis://127.0.0.1:${proxy.port}` });
  await setTimeout(300);
  proxy.silence();
  const started = performance.now();
  await limit.count('ann');
  t.ok(performance.now() - started < 2_000);
});
