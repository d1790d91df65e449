import t from 'tap';
import { findStuck, quartiles, summarise } from '../../../../src/domains/insights/insight-rules.ts';
import type { StepWork } from '../../../../src/domains/insights/insight-store.ts';

const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 8, minute));
const stepIds = ['first', 'second'];

/** Work at a step; the assignment was started at 8:00. */
function work(learnerId: string, stepId: string, of: Partial<StepWork> = {}): StepWork {
  return { learnerId, stepId, startedAt: at(0), attempts: 1, lastAt: at(1), passedAt: undefined, ...of };
}

await t.test('quartiles are those of spreadsheets', async (t) => {
  t.equal(quartiles([]), undefined);
  t.same(quartiles([7]), { lower: 7, median: 7, upper: 7 });
  t.same(quartiles([10, 2]), { lower: 4, median: 6, upper: 8 });
  t.same(quartiles([5, 1, 3, 2, 4]), { lower: 2, median: 3, upper: 4 });
  t.same(quartiles([1, 2, 3, 4]), { lower: 1.75, median: 2.5, upper: 3.25 });
});

await t.test(
  'a step counts who tried and passed it, and how long that took since the step before',
  async (t) => {
    const steps = summarise(stepIds, [
      work('a', 'first', { passedAt: at(10), attempts: 3 }),
      work('a', 'second', { passedAt: at(14), attempts: 1 }),
      // In another order than that of the lab.
      work('b', 'second', { passedAt: at(5), attempts: 5 }),
      work('b', 'first', { passedAt: at(25), attempts: 1 }),
      work('c', 'first', { attempts: 9 }),
    ]);
    t.same(steps, [
      {
        stepId: 'first',
        tried: 3,
        passed: 2,
        attempts: { lower: 1.5, median: 2, upper: 2.5 },
        minutes: { lower: 12.5, median: 15, upper: 17.5 },
      },
      {
        stepId: 'second',
        tried: 2,
        passed: 2,
        attempts: { lower: 2, median: 3, upper: 4 },
        minutes: { lower: 4.25, median: 4.5, upper: 4.75 },
      },
    ]);
    const nothing = { tried: 0, passed: 0, attempts: undefined, minutes: undefined };
    t.same(summarise(['first'], []), [{ stepId: 'first', ...nothing }]);
  },
);

await t.test('learners are stuck after many failures, or after long work without a pass', async (t) => {
  const now = at(60);
  const limits = { stepIds, now, failures: 5, minutes: 20 };
  const session = (learnerId: string, readyAt: number, lastActivityAt = 59) => ({
    learnerId,
    readyAt: at(readyAt),
    lastActivityAt: at(lastActivityAt),
  });
  t.same(
    findStuck({
      ...limits,
      work: [
        work('failing', 'first', { passedAt: at(50) }),
        work('failing', 'second', { attempts: 5 }),
        work('almost', 'first', { attempts: 4 }),
        work('slow', 'first', { passedAt: at(39) }),
        work('fast', 'first', { passedAt: at(45) }),
        work('done', 'first', { passedAt: at(1), attempts: 9 }),
        work('done', 'second', { passedAt: at(2), attempts: 9 }),
        work('back', 'first', { attempts: 2 }),
        work('both', 'first', { attempts: 7, lastAt: at(3) }),
        work('both', 'second', { attempts: 8, lastAt: at(4) }),
        work('before', 'first', { attempts: 6, lastAt: at(3) }),
        work('before', 'second', { attempts: 1, lastAt: at(5) }),
      ],
      working: [
        session('slow', 0),
        session('fast', 0),
        session('done', 0),
        session('new', 0),
        session('away', 0, 30),
        session('back', 50),
        session('both', 0),
      ],
    }),
    [
      {
        learnerId: 'both',
        stepId: 'second',
        reasons: ['failures', 'no_progress'],
        failures: 8,
        since: at(0),
      },
      { learnerId: 'before', stepId: 'first', reasons: ['failures'], failures: 6, since: at(0) },
      { learnerId: 'failing', stepId: 'second', reasons: ['failures'], failures: 5, since: at(50) },
      { learnerId: 'new', stepId: 'first', reasons: ['no_progress'], failures: 0, since: at(0) },
      { learnerId: 'slow', stepId: 'second', reasons: ['no_progress'], failures: 0, since: at(39) },
    ],
  );
  t.same(findStuck({ ...limits, stepIds: [], work: [work('a', 'first', { attempts: 9 })], working: [] }), []);
});
