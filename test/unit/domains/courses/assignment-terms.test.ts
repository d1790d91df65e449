import t from 'tap';
import {
  effectiveTerms,
  requireDates,
  requireNumbers,
  requireOverrideNumbers,
} from '../../../../src/domains/courses/assignment-terms.ts';
import { newAssignment } from '../../../../src/domains/courses/assignment-service.ts';
import type { AssignmentOverride } from '../../../../src/domains/courses/assignment.ts';

const day = (date: number) => new Date(Date.UTC(2030, 0, date));
const none: AssignmentOverride = {
  id: 'x',
  assignmentId: 'x',
  memberId: undefined,
  sectionId: undefined,
  opensAt: undefined,
  dueAt: undefined,
  closesAt: undefined,
  attempts: undefined,
  timeFactor: undefined,
  extraMinutes: undefined,
  createdById: 'x',
  createdAt: day(1),
};
const terms = { opensAt: day(1), dueAt: day(10), closesAt: day(12), attempts: 2, timeLimitMinutes: 45 };

await t.test('the member’s override wins over the section’s, and that over the assignment', async (t) => {
  t.same(effectiveTerms(terms, {}), terms);
  const section = { ...none, dueAt: day(11), attempts: 3, extraMinutes: 5 };
  const member = { ...none, dueAt: day(12), timeFactor: 1.5 };
  t.same(effectiveTerms(terms, { section }), { ...terms, dueAt: day(11), attempts: 3, timeLimitMinutes: 50 });
  t.same(effectiveTerms(terms, { section, member }), {
    ...terms,
    dueAt: day(12),
    attempts: 3,
    timeLimitMinutes: 68 + 5,
  });
  const long = { ...terms, timeLimitMinutes: 100 };
  t.match(effectiveTerms(long, { member: { ...none, timeFactor: 1.1 } }), { timeLimitMinutes: 110 });
  t.match(effectiveTerms(long, { member: { ...none, timeFactor: 1.111 } }), { timeLimitMinutes: 112 });
  const unlimited = { ...terms, timeLimitMinutes: undefined, closesAt: undefined };
  t.match(effectiveTerms(unlimited, { member }), { timeLimitMinutes: undefined, closesAt: undefined });
});

await t.test('a later date moves the dates that it would pass', async (t) => {
  t.match(effectiveTerms(terms, { member: { ...none, dueAt: day(20) } }), {
    dueAt: day(20),
    closesAt: day(20),
  });
  t.match(effectiveTerms(terms, { member: { ...none, opensAt: day(15) } }), {
    opensAt: day(15),
    dueAt: day(15),
    closesAt: day(15),
  });
});

await t.test('dates and numbers that do not fit are refused', async (t) => {
  const dates = (opensAt?: Date, dueAt?: Date, closesAt?: Date) => () =>
    requireDates({ opensAt, dueAt, closesAt });
  t.doesNotThrow(dates(day(1), day(2), day(2)));
  t.doesNotThrow(dates());
  const code = 'DATES_INVALID';
  t.throws(dates(day(2), day(2)), { code, message: /due before it opens/ });
  t.throws(dates(undefined, day(3), day(2)), { code, message: /close before it is due/ });
  t.throws(dates(day(3), undefined, day(2)), { code, message: /close before it opens/ });

  const plain = newAssignment('course', 'lab', day(1));
  t.doesNotThrow(() => requireNumbers(plain));
  for (const wrong of [
    { points: -1 },
    { points: Number.NaN },
    { points: 10_001 },
    { attempts: 0 },
    { attempts: 1.5 },
    { latePercentPerDay: 101 },
    { lateFloorPercent: -1 },
    { graceMinutes: -1 },
    { timeLimitMinutes: 0 },
  ])
    t.throws(() => requireNumbers({ ...plain, ...wrong }), { code: 'INPUT_INVALID' }, JSON.stringify(wrong));
  t.doesNotThrow(() => requireOverrideNumbers({ ...none, timeFactor: 2, extraMinutes: 0, attempts: 1 }));
  for (const wrong of [{ timeFactor: 0.5 }, { timeFactor: 11 }, { extraMinutes: -1 }, { attempts: 0 }])
    t.throws(() => requireOverrideNumbers({ ...none, ...wrong }), { code: 'INPUT_INVALID' });
});
