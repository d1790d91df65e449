import t from 'tap';
import { judged, unjudged } from '../../../../../src/domains/checks/results/check-verdict.ts';
import type { CheckVerdict, Judgement } from '../../../../../src/domains/checks/results/check-verdict.ts';
import { stepVerdict } from '../../../../../src/domains/checks/results/step-verdict.ts';
import { fault } from '../../../../../src/core/errors.ts';

const verdictOf = (result: Judgement, weight = 1): CheckVerdict => ({
  ...result,
  checkId: 'check',
  kind: 'script',
  weight,
  answered: false,
  explanation: undefined,
});
const scored = (score: number, weight = 1, message = '') =>
  verdictOf(judged({ score, says: message, evidence: '' }), weight);

await t.test('the score is the weighted mean', async (t) => {
  t.match(stepVerdict({ pass: 1 }, [scored(1, 3), scored(0)]), { score: 0.75, passed: false });
  t.match(stepVerdict({ pass: 1 }, [scored(0.5, 1), scored(0.25, 3)]), { score: 0.3125, passed: false });
});

await t.test('a step passes at its share of the weight', async (t) => {
  const two = [scored(1), scored(1), scored(0)];
  t.match(stepVerdict({ pass: 2 / 3 }, two), { passed: true });
  t.match(stepVerdict({ pass: 0.67 }, two), { passed: false });
  const thirds = [scored(1, 0.1), scored(1, 0.2), scored(1, 0.3)];
  t.match(stepVerdict({ pass: 1 }, thirds), { passed: true, score: 1 }, 'despite rounding in the sum');
  t.match(stepVerdict({ pass: 0 }, [scored(0)]), { passed: true, score: 0 });
});

await t.test('a failed attempt lists what is missing first, a passed one what is done', async (t) => {
  const all = [scored(1, 1, 'a'), scored(0, 1, 'b'), scored(1, 1, 'c'), scored(0, 1, 'd')];
  t.equal(stepVerdict({ pass: 1 }, all).message, 'b');
  t.equal(stepVerdict({ pass: 0.5 }, all).message, 'c');
  t.equal(stepVerdict({ pass: 0 }, [scored(0, 1, 'b')]).message, 'b');
});

await t.test('one check that could not judge leaves the step unjudged', async (t) => {
  const lost = verdictOf(unjudged(fault('CHECK_INTERRUPTED')));
  const verdict = stepVerdict({ pass: 0.5 }, [scored(1), lost, scored(1)]);
  t.match(verdict, { state: 'errored', passed: false, score: 0, finding: { code: 'CHECK_INTERRUPTED' } });
  t.equal(verdict.verdicts.length, 3);
});
