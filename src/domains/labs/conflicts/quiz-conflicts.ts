import { patternProblem } from '../pattern.ts';
import type { KeyProblem } from '../schema/schema-messages.ts';
import { isMapping } from '../written.ts';
import type { Written } from '../written.ts';

/** What keeps a question from having an answer. */
export function quizConflicts(quiz: Written, path: PropertyKey[]): KeyProblem[] {
  const { options, answer } = quiz;
  if (options === undefined && answer === undefined) {
    return [{ path, message: 'must have "options" to choose from, or an "answer"' }];
  }
  if (options === undefined) return [...idle(quiz, path, ['multiple'], 'answer'), ...badPatterns(quiz, path)];
  return [
    ...idle(quiz, path, ['answer', 'match', 'ignoreCase'], 'options'),
    ...wrongNumberCorrect(quiz, path),
  ];
}

function idle(quiz: Written, path: PropertyKey[], keys: string[], beside: string): KeyProblem[] {
  return keys
    .filter((key) => quiz[key] !== undefined)
    .map((key) => ({ path: [...path, key], message: `must be left out beside "${beside}"` }));
}

function wrongNumberCorrect({ options, multiple }: Written, path: PropertyKey[]): KeyProblem[] {
  if (!Array.isArray(options)) return [];
  const correct = options.filter((option: unknown) => isMapping(option) && option.correct === true).length;
  const at = [...path, 'options'];
  if (correct === 0) return [{ path: at, message: 'must have one that is right, with "correct: true"' }];
  if (correct === 1 || multiple === true) return [];
  return [
    { path: at, message: 'must have only one that is right, unless the question has "multiple: true"' },
  ];
}

function badPatterns({ match, answer }: Written, path: PropertyKey[]): KeyProblem[] {
  if (match !== 'pattern') return [];
  if (typeof answer === 'string') return patternProblems(answer, [...path, 'answer']);
  if (!Array.isArray(answer)) return [];
  return answer.flatMap((one: unknown, place) =>
    typeof one === 'string' ? patternProblems(one, [...path, 'answer', place]) : [],
  );
}

function patternProblems(pattern: string, path: PropertyKey[]): KeyProblem[] {
  const message = patternProblem(pattern.trim());
  return message === undefined ? [] : [{ path, message }];
}
