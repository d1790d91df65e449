import type { CheckVerdict } from '../../../../src/domains/checks/results/check-verdict.ts';
import type { GivenAnswer } from '../../../../src/domains/checks/kinds/quiz-check.ts';

/** The verdicts of the two checks of the step `look`. The question's verdict has the given answer. */
export function verdictsOn(answers: readonly GivenAnswer[]): CheckVerdict[] {
  const common = { state: 'finished', passed: true, score: 1, finding: undefined } as const;
  const [given] = answers;
  return [
    {
      ...common,
      checkId: 'check',
      kind: 'script',
      weight: 1,
      message: 'Well done.',
      evidence: 'ok',
      exitCode: 0,
      answered: false,
      explanation: undefined,
    },
    {
      ...common,
      checkId: 'ask',
      kind: 'quiz',
      weight: 2,
      message: 'That is right.',
      finding: { code: 'ANSWER_RIGHT', details: {} },
      evidence: given ? `${given.checkId} ${given.options?.join()} ${given.text}` : '',
      exitCode: undefined,
      answered: given !== undefined,
      explanation: given && { en: 'It lists.', ko: '보여 줍니다.' },
    },
  ];
}
