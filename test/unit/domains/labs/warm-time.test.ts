import t from 'tap';
import { parseWarmTime } from '../../../../src/domains/labs/warm-time.ts';

await t.test('parses a day, a time and a number', async (t) => {
  t.same(parseWarmTime('Monday 09:00, 60'), { days: [1], hour: 9, minute: 0, count: 60 });
  t.same(parseWarmTime(' sunday  23:59 ,1 '), { days: [0], hour: 23, minute: 59, count: 1 });
  t.same(parseWarmTime('Weekdays 13:30, 20'), { days: [1, 2, 3, 4, 5], hour: 13, minute: 30, count: 20 });
  t.match(parseWarmTime('Every day 00:00, 500'), { days: [0, 1, 2, 3, 4, 5, 6], count: 500 });
});

const wrong: [text: string, problem: RegExp][] = [
  ['', /^must be a day, a time and a number, such as "Monday 09:00, 60"/],
  ['Monday 09:00', /^must be a day, a time and a number/],
  ['09:00, 60', /^must be a day, a time and a number/],
  ['Mondey 09:00, 60', /^must start with a day: "Mondey" is not one; did you mean "Monday"\?$/],
  ['Wochentags 09:00, 60', /^must start with a day: .*; use Sunday, .*, Weekdays, Every day$/],
  ['Monday 9:00, 60', /^must have a time from 00:00 to 23:59 .*, not "9:00"$/],
  ['Monday 24:00, 60', /, not "24:00"$/],
  ['Monday 09:00, 0', /^must end with a number from 1 to 500, not "0"$/],
  ['Monday 09:00, 501', /, not "501"$/],
  ['Monday 09:00, many', /, not "many"$/],
];

for (const [text, problem] of wrong) {
  await t.test(`"${text}" is rejected with a suggestion`, async (t) => {
    t.match(parseWarmTime(text), problem);
  });
}
