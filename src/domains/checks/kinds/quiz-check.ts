import { inLanguage } from '../../labs/localized-text.ts';
import type { QuizCheck, QuizText } from '../../labs/lab-check.ts';
import { patternFound } from '../../labs/pattern.ts';
import { judged } from '../results/check-verdict.ts';
import type { Judgement } from '../results/check-verdict.ts';
import { found } from '../results/findings.ts';
import type { Answer } from '../given-answers.ts';

/** Judges an answer as right or wrong. The evidence is only the answer, with no clue to the right one. */
export function judgeQuiz(
  { answer: right }: QuizCheck,
  given: Answer | undefined,
  language?: string,
): Judgement {
  if (!given) return judged({ score: 0, says: found('ANSWER_MISSING'), evidence: '' });
  if (right.kind === 'choice') {
    const chosen = 'options' in given ? given.options : [];
    const isRight = right.options.every(({ correct }, place) => correct === chosen.includes(place));
    const texts = right.options.filter((_, place) => chosen.includes(place));
    return verdictOn(isRight, texts.map(({ text }) => inLanguage(text, language)).join('\n'));
  }
  const text = 'text' in given ? given.text : '';
  return verdictOn(fits(right, text), text);
}

function verdictOn(isRight: boolean, evidence: string): Judgement {
  return judged({ score: isRight ? 1 : 0, says: found(isRight ? 'ANSWER_RIGHT' : 'ANSWER_WRONG'), evidence });
}

function fits({ answers, match, ignoreCase }: QuizText, text: string): boolean {
  if (match === 'pattern') {
    return answers.some((pattern) => patternFound(pattern, text.normalize(), { ignoreCase }));
  }
  // Keyboards compose accents and Hangul differently.
  const plain = (one: string) => (ignoreCase ? one.normalize().toLowerCase() : one.normalize());
  const found = plain(text);
  return answers.map(plain).some((one) => (match === 'exact' ? found === one : found.includes(one)));
}
