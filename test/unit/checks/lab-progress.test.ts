import t from 'tap';
import { progressIn } from '../../../src/checks/lab-progress.ts';
import type { LabView, StepView } from '../../../src/labs/lab-view.ts';

const lab = {
  steps: [
    { id: 'b', hasCheck: true },
    { id: 'read', hasCheck: false },
    { id: 'a', hasCheck: true },
  ] as Partial<StepView>[],
} as LabView;

const place = { learnerId: 'l', labSlug: 'lab' };
const passed = { attempts: 2, passed: true, bestScore: 1, passedAt: new Date(0) };
const untried = { attempts: 0, passed: false, bestScore: 0, passedAt: undefined };

await t.test('every step is there in the order of the lab, tried or not', async (t) => {
  t.same(progressIn(lab, place, [{ stepId: 'a', ...passed }]), {
    ...place,
    steps: [
      { stepId: 'b', ...untried },
      { stepId: 'read', ...untried },
      { stepId: 'a', ...passed },
    ],
    passed: 1,
    total: 2,
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

await t.test('of a lab that is gone, the steps that were tried remain', async (t) => {
  t.match(progressIn(undefined, place, [{ stepId: 'old', ...passed }]), { passed: 1, total: 1 });
});
