import t from 'tap';
import { readCourseTime } from '../../../../src/domains/courses/course-time.ts';

const read = (text: string, zone = 'Europe/Berlin') => readCourseTime(text, zone).toISOString();

await t.test('points in time, and local times of the course', async (t) => {
  t.equal(read('2030-01-31T09:30:00Z'), '2030-01-31T09:30:00.000Z');
  t.equal(read('2030-01-31T09:30:00.5+09:00'), '2030-01-31T00:30:00.500Z');
  t.equal(read('2030-01-31T09:30'), '2030-01-31T08:30:00.000Z');
  t.equal(read('2030-07-31T09:30:15'), '2030-07-31T07:30:15.000Z');
  t.equal(read('2030-07-31T09:30', 'Asia/Seoul'), '2030-07-31T00:30:00.000Z');
});

await t.test('times that the clocks skip or repeat are refused', async (t) => {
  const refused = (text: string, message: RegExp) =>
    t.throws(() => read(text), { code: 'INPUT_INVALID', message });
  refused('2030-03-31T02:30', /does not exist in Europe\/Berlin.*"2030-03-31T01:30:00Z"/);
  refused('2030-10-27T02:30', /occurs twice in Europe\/Berlin.*"2030-10-27T01:30:00Z"/);
  t.equal(read('2030-10-27T02:30:00+02:00'), '2030-10-27T00:30:00.000Z');
  for (const text of [
    '',
    'tomorrow',
    '2030-02-30T09:00',
    '2030-01-31',
    '2030-01-31T25:00',
    '2030-13-01T00:00:00Z',
  ])
    refused(text, /is not a date and time/);
});
