import t from 'tap';
import { parseWarmTime } from '../../../../../src/domains/labs/warm-time.ts';
import type { WarmTime } from '../../../../../src/domains/labs/warm-time.ts';
import { needOf } from '../../../../../src/domains/sessions/pool/warm-plan.ts';

const MINUTE_MS = 60_000;
const rules = { zone: 'Europe/Berlin', idleMinutes: 120, aheadMs: 10 * MINUTE_MS };

function need(
  at: string,
  {
    count = 2,
    schedule = ['Monday 09:00, 60'],
    neededAt = '2029-01-01T00:00Z',
    drainedAt = '',
    zone = rules.zone,
  } = {},
) {
  const times = schedule.map(parseWarmTime) as WarmTime[];
  const pool = { neededAt: new Date(neededAt), drainedAt: drainedAt ? new Date(drainedAt) : null };
  const { wanted, kept } = needOf({ count, schedule: times }, pool, { ...rules, zone, now: new Date(at) });
  return [wanted, kept];
}

await t.test('the count holds from a start until the lab has been idle', async (t) => {
  const neededAt = '2030-01-02T08:00Z';
  t.same(need('2030-01-02T08:00Z', { neededAt }), [2, 2]);
  t.same(need('2030-01-02T09:59Z', { neededAt }), [2, 2]);
  t.same(need('2030-01-02T10:00Z', { neededAt }), [0, 0]);
});

await t.test('the scheduled number is ready on time, and stays for half an hour', async (t) => {
  // Monday in winter: 09:00 is 08:00 UTC.
  t.same(need('2030-01-07T07:49:59Z'), [0, 0]);
  t.same(need('2030-01-07T07:50:00Z'), [60, 60]);
  t.same(need('2030-01-07T07:59:59Z'), [60, 60]);
  t.same(need('2030-01-07T08:00:00Z'), [2, 60], 'taken environments are not replaced');
  t.same(need('2030-01-07T08:29:59Z'), [2, 60]);
  t.same(need('2030-01-07T08:30:00Z'), [2, 2]);
  t.same(need('2030-01-07T10:29:59Z'), [2, 2], 'idle since the end of that time');
  t.same(need('2030-01-07T10:30:00Z'), [0, 0]);
  t.same(need('2030-01-08T07:55:00Z'), [0, 0], 'not on Tuesday');
});

await t.test('a clock change moves the instant, not the local time', async (t) => {
  // Summer time starts on 31 March 2030. On the Monday after, 09:00 is 07:00 UTC.
  const weekly = { count: 0 };
  t.same(need('2030-03-25T07:55:00Z', weekly), [60, 60]);
  t.same(need('2030-04-01T06:55:00Z', weekly), [60, 60]);
  t.same(need('2030-04-01T07:55:00Z', weekly), [0, 0]);
  // On that day, 02:30 is skipped and becomes 03:30.
  const night = { count: 0, schedule: ['Sunday 02:30, 3'] };
  t.same(need('2030-03-31T01:25:00Z', night), [3, 3]);
  t.same(need('2030-03-31T00:25:00Z', night), [0, 0]);
  // On 27 October, 02:30 occurs twice and counts once.
  t.same(need('2030-10-27T00:25:00Z', night), [3, 3]);
  t.same(need('2030-10-27T01:25:00Z', night), [0, 0]);
});

await t.test('the day is the local one, on both sides of the date line', async (t) => {
  const newYear = { count: 0, schedule: ['Tuesday 00:30, 2'] };
  t.same(need('2029-12-31T10:25:00Z', { ...newYear, zone: 'Pacific/Kiritimati' }), [2, 2]);
  t.same(need('2030-01-01T11:25:00Z', { ...newYear, zone: 'Pacific/Pago_Pago' }), [2, 2]);
});

await t.test('a time soon after midnight is prepared the day before', async (t) => {
  const midnight = { count: 0, schedule: ['Monday 00:05, 4'] };
  t.same(need('2030-01-06T22:55:00Z', midnight), [4, 4]);
});

await t.test('the largest of several scheduled numbers counts, and never less than the count', async (t) => {
  const schedule = ['Monday 09:00, 5', 'Every day 09:05, 3', 'Weekdays 09:00, 1'];
  const neededAt = '2030-01-07T07:00Z';
  t.same(need('2030-01-07T07:58Z', { schedule, neededAt, count: 4 }), [5, 5]);
  t.same(need('2030-01-08T07:58Z', { schedule, neededAt, count: 0 }), [3, 3]);
  t.same(need('2030-01-07T07:58Z', { schedule, neededAt, count: 9 }), [9, 9]);
});

await t.test(
  'a pool that an admin emptied stays empty until a start or the next scheduled time',
  async (t) => {
    const neededAt = '2030-01-07T07:00Z';
    const drainedAt = '2030-01-07T07:51Z';
    t.same(need('2030-01-07T07:52Z', { neededAt, drainedAt }), [0, 0]);
    t.same(need('2030-01-07T08:10Z', { neededAt, drainedAt }), [0, 0]);
    t.same(need('2030-01-07T08:10Z', { neededAt: '2030-01-07T08:05Z', drainedAt }), [2, 60], 'a start');
    t.same(need('2030-01-14T07:52Z', { neededAt, drainedAt }), [60, 60], 'a week later');
  },
);
