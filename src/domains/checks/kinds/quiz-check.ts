import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { inLanguage } from '../../labs/localized-text.ts';
import type { QuizCheck, QuizText } from '../../labs/lab-check.ts';
import { patternFound } from '../../labs/pattern.ts';
import type { LabStep } from '../../labs/lab.ts';
import { judged } from '../results/check-verdict.ts';
import type { Judgement } from '../results/check-verdict.ts';
import { found } from '../results/findings.ts';

/** Maximum length of an answer, in characters: longer than any expected answer. */
const LONGEST_TEXT = 2_000;

/** A learner's answer to one question. */
export interface GivenAnswer {
  /** Id of the question within its step. */
  checkId: string;
  /** Indexes of the chosen options, from 0. */
  options?: readonly number[] | undefined;
  /** The text, for a text question. */
  text?: string | undefined;
}

/** An answer that matches the type of its question: options or a text. */
export type Answer = { options: readonly number[] } | { text: string };

/**
 * Returns the answers by question id, without empty ones.
 * @throws INPUT_INVALID for an answer that does not match a question of the step
 */
export function answersTo(
  { id, checks }: Pick<LabStep, 'id' | 'checks'>,
  given: readonly GivenAnswer[],
): Map<string, Answer> {
  const answers = new Map<string, Answer>();
  for (const answer of given) {
    const check = checks.find((one) => one.id === answer.checkId);
    if (check?.kind !== 'quiz') throw wrong(`The step "${id}" has no question "${answer.checkId}".`);
    if (answers.has(check.id)) throw wrong(`The question "${check.id}" is answered twice.`);
    const fitting = fit(check, answer);
    if (fitting) answers.set(check.id, fitting);
  }
  return answers;
}

function fit({ id, answer: wanted }: QuizCheck, { options, text }: GivenAnswer): Answer | undefined {
  if (wanted.kind === 'text') {
    if (options !== undefined) throw wrong(`The question "${id}" needs a text as the answer.`);
    const trimmed = (text ?? '').trim();
    if (trimmed.length > LONGEST_TEXT) {
      throw wrong(`The answer to "${id}" may have at most ${LONGEST_TEXT} characters.`);
    }
    return trimmed === '' ? undefined : { text: trimmed };
  }
  if (text !== undefined) throw wrong(`The question "${id}" needs options as the answer.`);
  const chosen = [...new Set(options)];
  if (chosen.length > 1 && !wanted.multiple) throw wrong(`The question "${id}" accepts only one option.`);
  const most = wanted.options.length;
  if (!chosen.every((place) => Number.isInteger(place) && place >= 0 && place < most)) {
    throw wrong(`The question "${id}" has the options 0 to ${most - 1}.`);
  }
  return chosen.length === 0 ? undefined : { options: chosen };
}

function wrong(problem: string): Fault {
  return fault('INPUT_INVALID', { problem });
}

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
