import t from 'tap';
import { judgeQuiz } from '../../../../src/domains/checks/kinds/quiz-check.ts';
import type { QuizCheck } from '../../../../src/domains/labs/lab-check.ts';
import { patternFound } from '../../../../src/domains/labs/pattern.ts';
import {
  patternExample,
  rightAnswers,
  wrongAnswers,
} from '../../../../src/domains/lab-tests/quiz-answers.ts';

const question = (answer: QuizCheck['answer']): QuizCheck => ({
  kind: 'quiz',
  id: 'q',
  title: undefined,
  weight: 1,
  question: { en: 'Which?' },
  explanation: undefined,
  attempts: undefined,
  cost: 0,
  answer,
});

const choice = (multiple: boolean, ...correct: boolean[]): QuizCheck =>
  question({
    kind: 'choice',
    multiple,
    options: correct.map((each) => ({ text: { en: 'o' }, correct: each })),
  });

const text = (match: 'exact' | 'contains' | 'pattern', ...answers: string[]): QuizCheck =>
  question({ kind: 'text', answers, match, ignoreCase: false });

await t.test('every question gets a correct and a wrong answer', async (t) => {
  const questions = [
    choice(false, false, true, false),
    choice(true, true, false, true),
    choice(true, true, true),
    text('exact', '8', 'eight'),
    text('contains', 'know'),
    text('pattern', '^[0-9]+$'),
    text('pattern', '(?i)^list( the)? files?$', 'ls'),
  ];
  for (const check of questions) {
    const right = rightAnswers({ checks: [check] }).get('q');
    const wrong = wrongAnswers({ checks: [check] }).get('q');
    t.equal(judgeQuiz(check, right).passed, true, JSON.stringify(right));
    t.ok(wrong);
    t.equal(judgeQuiz(check, wrong).passed, false, JSON.stringify(wrong));
  }
});

await t.test(
  'if all answers are right there is no wrong one, and an unusual pattern may have no right one',
  async (t) => {
    const all = text('pattern', '.');
    t.equal(judgeQuiz(all, wrongAnswers({ checks: [all] }).get('q')).passed, true);
    t.equal(rightAnswers({ checks: [text('pattern', '^\\p{Greek}$')] }).get('q'), undefined);
  },
);

await t.test('generates texts that match patterns', async (t) => {
  const patterns = [
    'ls',
    '^ls -la?$',
    '(?:chmod|chown) \\+x',
    '^(a|b)+(c{3}|d)[^a-z]$',
    '[]x]y',
    '\\bls\\b',
    '^\\d{2,4}:\\d\\d\\s\\w+\\.txt$',
    '(?i)^(?P<verb>get|put) /[a-f0-9]{8}$',
    '(|x)y',
    'a.c*?d+?',
    '^\\/etc\\/\\$HOME\\t$',
    '한글|조선글',
  ];
  for (const pattern of patterns) {
    const example = patternExample(pattern);
    t.ok(patternFound(pattern, example), `${pattern} in ${JSON.stringify(example)}`);
  }
});
