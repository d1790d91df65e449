import t from 'tap';
import { addDays, dateIn, instantOf, isTimeZone, weekday } from '../../../src/core/zoned-time.ts';

const zone = 'Europe/Berlin';
const at = (date: string, time: string) => {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return instantOf(zone, { year, month, day }, { hour, minute }).toISOString();
};

await t.test('the same time is another instant in winter and in summer', async (t) => {
  t.equal(at('2030-01-07', '09:00'), '2030-01-07T08:00:00.000Z');
  t.equal(at('2030-07-01', '09:00'), '2030-07-01T07:00:00.000Z');
  t.equal(at('2030-03-31', '01:59'), '2030-03-31T00:59:00.000Z');
  t.equal(at('2030-03-31', '03:00'), '2030-03-31T01:00:00.000Z');
  t.equal(at('2030-10-27', '03:00'), '2030-10-27T02:00:00.000Z');
});

await t.test(
  'a time that clocks skip comes as much later, one that they show twice the first time',
  async (t) => {
    t.equal(at('2030-03-31', '02:30'), '2030-03-31T01:30:00.000Z');
    t.equal(at('2030-10-27', '02:30'), '2030-10-27T00:30:00.000Z');
  },
);

await t.test('zones east and west of the date line have their own dates', async (t) => {
  const instant = new Date('2030-01-01T11:30:00.5Z');
  t.same(dateIn('Pacific/Kiritimati', instant), { year: 2030, month: 1, day: 2 });
  t.same(dateIn('Pacific/Pago_Pago', instant), { year: 2030, month: 1, day: 1 });
  t.same(dateIn('Pacific/Pago_Pago', new Date('2030-01-01T10:00:00Z')), { year: 2029, month: 12, day: 31 });
});

await t.test('days are counted over the ends of months and years', async (t) => {
  t.same(addDays({ year: 2028, month: 2, day: 28 }, 1), { year: 2028, month: 2, day: 29 });
  t.same(addDays({ year: 2030, month: 1, day: 1 }, -1), { year: 2029, month: 12, day: 31 });
  t.equal(weekday({ year: 2030, month: 1, day: 7 }), 1);
});

await t.test('zones are known by name', async (t) => {
  t.ok(isTimeZone('Europe/Berlin') && isTimeZone('UTC'));
  t.notOk(isTimeZone('Europe/Nowhere') || isTimeZone(''));
});
