import type { Answer } from '../checks/kinds/quiz-check.ts';
import { judgeQuiz } from '../checks/kinds/quiz-check.ts';
import type { QuizCheck } from '../labs/lab-check.ts';
import type { LabStep } from '../labs/lab.ts';

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

/** Example characters of classes, by the letter after the backslash. */
const CLASSES: Record<string, string> = { d: '0', D: 'a', w: 'a', W: '-', s: ' ', S: 'a' };
/** Letters of zero-width assertions. */
const ASSERTIONS = 'bBAzQE';
const CONTROLS: Record<string, string> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };
/** Candidates for a negated class. */
const CANDIDATES = ['a', '0', ' ', '-', 'é'];

/**
 * Returns a text that the pattern probably matches: the first alternative and the fewest repetitions of each part.
 * It does not support flags and Unicode classes, so the caller must check the result.
 */
export function patternExample(pattern: string): string {
  const letters = Array.from(pattern);
  let at = 0;

  /** Parses a group and returns the first of its branches. */
  function group(): string {
    let branch = sequence();
    while (letters[at] === '|') {
      at++;
      const other = sequence();
      // An empty first branch means "or nothing": prefer another one.
      branch ||= other;
    }
    return branch;
  }

  function sequence(): string {
    let text = '';
    while (at < letters.length && letters[at] !== '|' && letters[at] !== ')') text += repeated(atom());
    return text;
  }

  function repeated(one: string): string {
    const bounds = /^(?:([*?])|(\+)|\{(\d+)(?:,\d*)?\})\??/.exec(letters.slice(at).join(''));
    if (!bounds) return one;
    at += bounds[0].length;
    if (bounds[1] !== undefined) return '';
    return one.repeat(bounds[2] === undefined ? Number(bounds[3]) : 1);
  }

  function atom(): string {
    const letter = letters[at++] ?? '';
    if (letter === '\\') return escaped();
    if (letter === '[') return classMember();
    if (letter === '(') {
      const opening = /^\?(?:P?<\w+>|[a-zA-Z-]*[:)])/.exec(letters.slice(at).join(''))?.[0] ?? '';
      at += opening.length;
      // Flags alone, such as (?i), have no closing parenthesis left.
      if (opening.endsWith(')')) return '';
      const text = group();
      at++;
      return text;
    }
    if (letter === '^' || letter === '$') return '';
    return letter === '.' ? 'a' : letter;
  }

  function escaped(): string {
    const letter = letters[at++] ?? '';
    return ASSERTIONS.includes(letter) ? '' : (CLASSES[letter] ?? CONTROLS[letter] ?? letter);
  }

  function classMember(): string {
    const isNegated = letters[at] === '^';
    if (isNegated) at++;
    const members: string[] = [];
    // A closing bracket at the start is a member.
    do {
      const letter = letters[at++] ?? '';
      members.push(letter === '\\' ? escaped() : letter);
    } while (at < letters.length && letters[at] !== ']');
    at++;
    if (!isNegated) return members[0] ?? '';
    return (
      CANDIDATES.find((letter) => !members.includes(letter) && !(members.includes('-') && letter !== ' ')) ??
      'ß'
    );
  }

  return group();
}
