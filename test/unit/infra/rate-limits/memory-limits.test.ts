import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { createRateLimits } from '../../../../src/infra/rate-limits/rate-limits.ts';
import { quietLog } from '../../../kit/basics/quiet-log.ts';

const limitsOf = (options: { keysInMemory?: number } = {}) =>
  createRateLimits({ redisUrl: undefined, log: quietLog(), ...options });

await t.test('each key has its own requests in a window, and more fail until it ends', async (t) => {
  const limit = limitsOf().create({ name: 'a', max: 2, seconds: 1 });
  await limit.count('one');
  t.same(await limit.take('one'), { exceeded: undefined, remaining: 0, seconds: 1 });
  await t.rejects(limit.count('one'), { code: 'RATE_LIMITED', details: { seconds: 1 } });
  await limit.count('other');
  await setTimeout(1_050);
  await limit.count('one');
});

await t.test('a window can have another length, which rejected requests do not extend', async (t) => {
  const limit = limitsOf().create({ name: 'a', max: 1, seconds: 1 });
  await limit.count('one', 5);
  await setTimeout(1_100);
  await t.rejects(limit.count('one', 5), { code: 'RATE_LIMITED', details: { seconds: 4 } });
  await limit.count('two', 1);
  await setTimeout(600);
  await t.rejects(limit.count('two', 1), { code: 'RATE_LIMITED' });
  await setTimeout(450);
  await limit.count('two', 1);
});

await t.test('limits with other names count for themselves', async (t) => {
  const limits = limitsOf();
  const [one, two] = [
    limits.create({ name: 'one', max: 1, seconds: 60 }),
    limits.create({ name: 'two', max: 1, seconds: 60 }),
  ];
  await one.count('a');
  await two.count('a');
  await t.rejects(one.count('a'), { code: 'RATE_LIMITED' });
});

await t.test('forgets the oldest keys when there are too many', async (t) => {
  const limit = limitsOf({ keysInMemory: 3 }).create({ name: 'a', max: 1, seconds: 60 });
  for (const key of ['1', '2', '3', '4']) await limit.count(key);
  for (const key of ['2', '3', '4']) await t.rejects(limit.count(key), { code: 'RATE_LIMITED' }, key);
  await limit.count('1');
  await t.rejects(limit.count('4'), { code: 'RATE_LIMITED' });
  await limit.count('2');
});
