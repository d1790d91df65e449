import type { Answer } from '../checks/given-answers.ts';
import { judgeQuiz } from '../checks/kinds/quiz-check.ts';
import type { QuizCheck } from '../labs/lab-check.ts';
import type { LabStep } from '../labs/lab.ts';
import { patternExample } from './pattern-example.ts';

/** Texts of which hardly a question takes all. */
const NO_ANSWERS = ['I do not know', '0', '?', 'zzz'];

/** The questions of a step. */
export function questionsOf({ checks }: Pick<LabStep, 'checks'>): QuizCheck[] {
  return checks.filter((check) => check.kind === 'quiz');
}

/** The right answers to a step's questions, by the ids of those; without one where none could be found that fits its patterns. */
export function rightAnswers(step: Pick<LabStep, 'checks'>): Map<string, Answer> {
  return answersBy(step, rightAnswer);
}

/** Answers of which each is wrong, where its question has one that is. */
export function wrongAnswers(step: Pick<LabStep, 'checks'>): Map<string, Answer> {
  return answersBy(step, wrongAnswer);
}

/** The answer as its learner would have given it. */
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
    const given = NO_ANSWERS.map((text) => ({ text }));
    return given.find((one) => !judgeQuiz(question, one).passed) ?? { text: NO_ANSWERS[0] ?? '' };
  }
  const wrong = placesOf(answer.options, (option) => !option.correct);
  if (wrong.length > 0) return { options: wrong.slice(0, 1) };
  // All are right: one that is left out makes it wrong.
  return { options: placesOf(answer.options, (_, place) => place > 0) };
}

function placesOf<T>(all: readonly T[], is: (one: T, place: number) => boolean): number[] {
  return all.flatMap((one, place) => (is(one, place) ? [place] : []));
}
