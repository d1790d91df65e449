import t from 'tap';
import { progressIn } from '../../../../../src/domains/checks/results/lab-progress.ts';
import type { Lab, LabStep } from '../../../../../src/domains/labs/lab.ts';
import { scriptCheck } from '../../../../kit/labs/checks.ts';

const hint = (text: string) => ({ id: text, text: { en: text }, afterFailures: 0, cost: 0 });

const lab = {
  attempts: 'best',
  steps: [
    { id: 'b', checks: [scriptCheck({})], hints: [] },
    { id: 'read', checks: [], hints: [] },
    { id: 'a', checks: [scriptCheck({})], hints: [hint('First'), hint('Second')] },
  ] as Partial<LabStep>[],
} as Lab;

const place = { learnerId: 'l', labSlug: 'lab' };
const reached = { attempts: 2, passed: true, bestScore: 1, failures: 1, passedAt: new Date(0) };
const passed = { ...reached, run: 0, lastScore: 0.5 };
const untried = {
  attempts: 0,
  passed: false,
  score: 0,
  bestScore: 0,
  failures: 0,
  hints: [],
  passedAt: undefined,
};

await t.test('every step is listed in the order of the lab, tried or not', async (t) => {
  t.same(progressIn(lab, place, [{ stepId: 'a', ...passed }]), {
    ...place,
    steps: [
      { stepId: 'b', ...untried },
      { stepId: 'read', ...untried },
      { stepId: 'a', ...reached, score: 1, hints: [] },
    ],
    passed: 1,
    total: 2,
    score: 0.5,
  });
});

await t.test('a step that the lab no longer has does not count', async (t) => {
  const progress = progressIn(lab, place, [{ stepId: 'old', ...passed }]);
  t.match(progress, { passed: 0, total: 2 });
  t.same(
    progress.steps.map(({ stepId }) => stepId),
    ['b', 'read', 'a'],
  );
});

await t.test('of a removed lab, the tried steps remain', async (t) => {
  t.match(progressIn(undefined, place, [{ stepId: 'old', ...passed }]), { passed: 1, total: 1 });
});

await t.test("the score is the best or the last attempt's, as the lab chose", async (t) => {
  const tried = [{ stepId: 'a', ...passed }];
  t.match(progressIn(lab, place, tried), { score: 0.5, steps: [{}, {}, { score: 1, bestScore: 1 }] });
  const last = { ...lab, attempts: 'last' } as const;
  t.match(progressIn(last, place, tried), { score: 0.25, steps: [{}, {}, { score: 0.5, bestScore: 1 }] });
  t.equal(progressIn({ ...lab, steps: [] }, place, tried).score, 0, 'no points to reach');
});

await t.test('shown hints have their text, as long as the step has them', async (t) => {
  const shown = [
    { stepId: 'a', hintId: 'Second', cost: 0.1 },
    { stepId: 'a', hintId: 'Of a former version', cost: 0 },
    { stepId: 'gone', hintId: 'First', cost: 0 },
  ];
  const progress = progressIn(lab, place, [], shown);
  t.same(
    progress.steps.map(({ hints }) => hints),
    [[], [], [{ id: 'Second', text: { en: 'Second' }, cost: 0.1 }]],
  );
});
