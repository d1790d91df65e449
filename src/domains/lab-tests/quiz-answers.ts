import type { Answer } from '../checks/given-answers.ts';
import { judgeQuiz } from '../checks/kinds/quiz-check.ts';
import type { QuizCheck } from '../labs/lab-check.ts';
import type { LabStep } from '../labs/lab.ts';
import { patternExample } from './pattern-example.ts';

/** Texts that are unlikely to all be correct answers. */
const WRONG_TEXTS = ['I do not know', '0', '?', 'zzz'];

/** Returns the questions of a step. */
export function questionsOf({ checks }: Pick<LabStep, 'checks'>): QuizCheck[] {
  return checks.filter((check) => check.kind === 'quiz');
}

/** Returns correct answers to a step's questions by question id. A question without a known answer is left out. */
export function rightAnswers(step: Pick<LabStep, 'checks'>): Map<string, Answer> {
  return answersBy(step, rightAnswer);
}

/** Returns wrong answers to a step's questions by question id, if a question has a wrong answer. */
export function wrongAnswers(step: Pick<LabStep, 'checks'>): Map<string, Answer> {
  return answersBy(step, wrongAnswer);
}

/** Formats an answer for messages. */
export function describeAnswer(answer: Answer): string {
  return 'text' in answer ? `"${answer.text}"` : `options ${answer.options.join(', ')}`;
}

function answersBy(step: Pick<LabStep, 'checks'>, answer: (question: QuizCheck) => Answer | undefined) {
  return new Map(
    questionsOf(step).flatMap((question) => {
      const given = answer(question);
      return given ? [[question.id, given] as const] : [];
    }),
  );
}

function rightAnswer(question: QuizCheck): Answer | undefined {
  const { answer } = question;
  if (answer.kind === 'choice') return { options: placesOf(answer.options, (option) => option.correct) };
  const texts =
    answer.match === 'pattern' ? [...answer.answers, ...answer.answers.map(patternExample)] : answer.answers;
  return texts.map((text) => ({ text })).find((given) => judgeQuiz(question, given).passed);
}

function wrongAnswer(question: QuizCheck): Answer {
  const { answer } = question;
  if (answer.kind === 'text') {
    const given = WRONG_TEXTS.map((text) => ({ text }));
    return given.find((one) => !judgeQuiz(question, one).passed) ?? { text: WRONG_TEXTS[0] ?? '' };
  }
  const wrong = placesOf(answer.options, (option) => !option.correct);
  if (wrong.length > 0) return { options: wrong.slice(0, 1) };
  // All options are correct, so leaving one out is wrong.
  return { options: placesOf(answer.options, (_, place) => place > 0) };
}

function placesOf<T>(all: readonly T[], is: (one: T, place: number) => boolean): number[] {
  return all.flatMap((one, place) => (is(one, place) ? [place] : []));
}
