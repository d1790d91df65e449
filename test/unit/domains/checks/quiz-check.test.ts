import t from 'tap';
import { answersTo, judgeQuiz } from '../../../../src/domains/checks/kinds/quiz-check.ts';
import type { GivenAnswer } from '../../../../src/domains/checks/kinds/quiz-check.ts';
import type { QuizCheck, QuizText } from '../../../../src/domains/labs/lab-check.ts';
import { scriptCheck } from '../../../kit/labs/checks.ts';

const common = {
  title: undefined,
  weight: 1,
  question: { en: '?' },
  explanation: undefined,
  attempts: undefined,
  cost: 0,
} as const;

function choice(right: number[], multiple = false, id = 'choice'): QuizCheck {
  const options = ['a', 'b', 'c'].map((text, place) => ({
    text: { en: text },
    correct: right.includes(place),
  }));
  return { ...common, id, kind: 'quiz', answer: { kind: 'choice', multiple, options } };
}

function written(answers: string[], change: Partial<QuizText> = {}, id = 'text'): QuizCheck {
  const answer = { kind: 'text', answers, match: 'exact', ignoreCase: false, ...change } as const;
  return { ...common, id, kind: 'quiz', answer };
}

await t.test('a choice passes with all correct options and no other', async (t) => {
  t.match(judgeQuiz(choice([1]), { options: [1] }), { passed: true, score: 1, evidence: 'b' });
  t.match(judgeQuiz(choice([1]), { options: [0] }), { passed: false, score: 0, evidence: 'a' });
  const several = choice([0, 2], true);
  t.match(judgeQuiz(several, { options: [2, 0] }), { passed: true, evidence: 'a\nc' });
  for (const options of [[0], [0, 1, 2], [1]]) t.match(judgeQuiz(several, { options }), { score: 0 });
});

await t.test('a text is compared as its author chose', async (t) => {
  const passes = (check: QuizCheck, text: string) => judgeQuiz(check, { text }).passed;
  t.equal(passes(written(['8', 'eight']), 'eight'), true);
  t.equal(passes(written(['eight']), 'Eight'), false);
  t.equal(passes(written(['eight'], { ignoreCase: true }), 'EIGHT'), true);
  t.equal(passes(written(['chmod'], { match: 'contains' }), 'use chmod 600'), true);
  t.equal(passes(written(['Chmod'], { match: 'contains' }), 'use chmod 600'), false);
  t.equal(passes(written(['^ls( -l)?$'], { match: 'pattern' }), 'ls -l'), true);
  t.equal(passes(written(['^ls$'], { match: 'pattern', ignoreCase: true }), 'LS'), true);
  t.equal(
    passes(written(['한글']), '한글'.normalize('NFD')),
    true,
    'in any normalization that a keyboard sends',
  );
});

await t.test('a missing answer is judged as such', async (t) => {
  t.match(judgeQuiz(choice([1]), undefined), { state: 'finished', passed: false, evidence: '' });
});

await t.test('answers are used only for matching checks', async (t) => {
  const checks = [
    choice([1]),
    choice([0, 1], true, 'several'),
    written(['x']),
    scriptCheck({ id: 'script' }),
  ];
  const read = (...given: GivenAnswer[]) => answersTo({ id: 'one', checks }, given);
  t.same(
    [...read({ checkId: 'text', text: ' x \n' }, { checkId: 'several', options: [1, 0, 1] })],
    [
      ['text', { text: 'x' }],
      ['several', { options: [1, 0] }],
    ],
  );
  t.equal(read({ checkId: 'text', text: ' ' }, { checkId: 'choice', options: [] }).size, 0, 'same as none');
  t.equal(read({ checkId: 'text' }, { checkId: 'choice' }).size, 0);

  const problems: [GivenAnswer[], RegExp][] = [
    [[{ checkId: 'none', text: 'x' }], /The step "one" has no question "none"/],
    [[{ checkId: 'script', text: 'x' }], /has no question "script"/],
    [[{ checkId: 'text', options: [0] }], /"text" needs a text/],
    [[{ checkId: 'text', text: 'x'.repeat(2_001) }], /at most 2000 characters/],
    [[{ checkId: 'choice', text: 'a' }], /needs options/],
    [[{ checkId: 'choice', options: [0, 1] }], /accepts only one option/],
    [[{ checkId: 'choice', options: [3] }], /the options 0 to 2/],
    [[{ checkId: 'choice', options: [-1] }], /the options 0 to 2/],
    [[{ checkId: 'choice', options: [0.5] }], /the options 0 to 2/],
    [
      [
        { checkId: 'text', text: 'a' },
        { checkId: 'text', text: 'b' },
      ],
      /answered twice/,
    ],
  ];
  for (const [given, problem] of problems) {
    t.throws(() => read(...given), { code: 'INPUT_INVALID', message: problem });
  }
});
