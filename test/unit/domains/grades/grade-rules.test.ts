import { test } from 'tap';
import { computeGrade } from '../../../../src/domains/grades/grade-rules.ts';
import { roundPoints } from '../../../../src/domains/grades/grade.ts';
import type { GradedLab, GradingTerms } from '../../../../src/domains/grades/grade-rules.ts';
import type { JudgedAttempt } from '../../../../src/domains/checks/results/attempt.ts';
import { scriptCheck } from '../../../kit/labs/checks.ts';

const HOUR = 3_600_000;
const due = new Date('2030-01-31T14:59:00Z');
/** Hours before and after the due date. */
const at = (hours: number) => new Date(due.getTime() + hours * HOUR);

const check = (id: string, weight = 1) => scriptCheck({ id, weight });
const lab: GradedLab = {
  attempts: 'best',
  steps: [
    { id: 'read', checks: [] },
    { id: 'a', checks: [check('a')] },
    { id: 'b', checks: [check('b')] },
  ],
};
const terms: GradingTerms = {
  points: 10,
  counts: 'best',
  dueAt: due,
  closesAt: undefined,
  latePercentPerDay: 10,
  lateFloorPercent: 25,
  graceMinutes: 30,
};
const attempt = (
  stepId: string,
  score: number,
  hours = -1,
  change: Partial<JudgedAttempt> = {},
): JudgedAttempt => ({
  stepId,
  score,
  hintCost: 0,
  run: 1,
  startedAt: at(hours),
  checks: [{ checkId: stepId, weight: 1, score }],
  ...change,
});
const points = (attempts: JudgedAttempt[], changes: Partial<GradingTerms> = {}, of: GradedLab = lab) =>
  computeGrade(of, attempts, { ...terms, ...changes }).points;

await test('the points are the mean of the steps with checks', async (t) => {
  t.equal(points([]), undefined, 'without work, the learner has none');
  t.equal(points([attempt('a', 0)]), 0);
  t.equal(points([attempt('a', 1)]), 5);
  t.equal(points([attempt('a', 1), attempt('b', 0.5)]), 7.5);
  t.equal(points([attempt('a', 1), attempt('b', 1 / 3)]), 6.67, 'rounded to 0.01');
  t.equal(points([attempt('a', 1), attempt('b', 1)], { points: 0 }), 0);
  t.equal(roundPoints(1.005), 1.01);
});

await test('lateness costs a percentage for each started day, down to the floor', async (t) => {
  const late = (hours: number, changes: Partial<GradingTerms> = {}) =>
    points([attempt('a', 1, hours), attempt('b', 1, hours)], changes);
  t.equal(late(0), 10, 'at the due date');
  t.equal(late(0.5), 10, 'within the grace');
  t.equal(late(0.6), 9, 'after the grace, the first day counts');
  t.equal(late(24), 9);
  t.equal(late(24.1), 8);
  t.equal(late(24 * 7), 3);
  t.equal(late(24 * 8), 2.5, 'the floor');
  t.equal(late(24 * 400), 2.5);
  t.equal(late(24 * 400, { latePercentPerDay: 0 }), 10);
  t.equal(late(24 * 400, { dueAt: undefined }), 10);
  t.equal(late(1, { latePercentPerDay: 100, lateFloorPercent: 0 }), 0);
});

await test('each step is late by the start of its own check, and never loses an earlier result', async (t) => {
  t.equal(points([attempt('a', 1), attempt('b', 1, 5)]), 9.5);
  t.equal(points([attempt('a', 0.8), attempt('a', 0.85, 5)]), 4, 'a late improvement that would cost more');
  t.equal(points([attempt('a', 0.8), attempt('a', 1, 5)]), 4.5);
  const { steps } = computeGrade(lab, [attempt('a', 1, 25)], terms);
  t.same(steps, [
    { stepId: 'a', run: 1, score: 1, lateDays: 2, counted: 0.8, at: at(25) },
    { stepId: 'b', run: undefined, score: 0, lateDays: 0, counted: 0, at: undefined },
  ]);
});

await test('after the end nothing counts', async (t) => {
  t.equal(points([attempt('a', 0.5), attempt('a', 1, 2)], { closesAt: at(2) }), 2.5);
  t.equal(points([attempt('a', 1, 3)], { closesAt: at(2) }), undefined);
});

await test('the best result of all attempts counts, or the last attempt', async (t) => {
  const second = { run: 2 };
  const work = [attempt('a', 1), attempt('b', 0.5), attempt('a', 0.2, -1, second)];
  t.equal(points(work), 7.5);
  t.equal(points(work, { counts: 'last' }), 1);
  t.equal(
    points([...work, attempt('b', 1, 9, { run: 3 })], { counts: 'last', closesAt: at(2) }),
    1,
    'an attempt after the end is not the last one',
  );
});

await test('a lab can count the last check of a step in each attempt', async (t) => {
  const last: GradedLab = { ...lab, attempts: 'last' };
  const work = [attempt('a', 1), attempt('a', 0.5), attempt('a', 0.2, -1, { run: 2 })];
  t.equal(points(work, {}, last), 2.5);
  t.equal(points(work, { counts: 'last' }, last), 1);
});

await test('other weights, and steps that come or go, apply to earlier work', async (t) => {
  const heavy: GradedLab = { attempts: 'best', steps: [{ id: 'a', checks: [check('x', 3), check('y')] }] };
  const light: GradedLab = { attempts: 'best', steps: [{ id: 'a', checks: [check('x'), check('y')] }] };
  const half = attempt('a', 0.5, -1, {
    checks: [
      { checkId: 'x', weight: 1, score: 1 },
      { checkId: 'y', weight: 1, score: 0 },
    ],
  });
  t.equal(points([half], {}, light), 5);
  t.equal(points([half], {}, heavy), 7.5);
  t.equal(points([{ ...half, score: 0.3, hintCost: 0.2 }], {}, heavy), 5.5, 'the cost of a hint stays');
  t.equal(
    points([{ ...half, score: 0, hintCost: 0.6 }], {}, heavy),
    1.5,
    'also if it was more than the score',
  );
  t.equal(
    points([{ ...half, score: 0 }], {}, { attempts: 'best', steps: [{ id: 'a', checks: [check('y')] }] }),
    0,
  );
  t.equal(points([attempt('a', 1), attempt('gone', 1)]), 5, 'a step that the lab lost');
  t.equal(
    points([attempt('a', 1)], {}, { attempts: 'best', steps: [{ id: 'read', checks: [] }] }),
    undefined,
  );
});
