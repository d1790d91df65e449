import { RE2JS } from 're2js';

// Regular expressions of labs use RE2, which runs in linear time. The service runs them on learners' input, where
// a backtracking engine could take hours. RE2 has no lookaround and no back references.

/** Longest pattern, in characters: more than a person writes. */
const LONGEST_PATTERN = 500;

/** Largest compiled program, in instructions: the slowest one takes a second or two on the longest text. */
const MOST_STEPS = 150;

/** Length of the start of a text that is searched, in characters; see {@link MOST_STEPS}. */
export const PATTERN_TEXT_LIMIT = 32 * 1024;

/** Explains why the pattern is not usable; undefined for a valid one. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern === '') return 'must not be empty';
  if (pattern.length > LONGEST_PATTERN) return `must have at most ${LONGEST_PATTERN} characters`;
  const tooLarge = `must be simpler: with its repetitions it compiles to more than ${MOST_STEPS} steps`;
  // Compiling takes long for these, too.
  if (repetitionsIn(pattern) > MOST_STEPS) return tooLarge;
  try {
    return RE2JS.compile(pattern).programSize() <= MOST_STEPS ? undefined : tooLarge;
  } catch (error) {
    const why = (error as Error).message.replace(/^error parsing regexp: /, '');
    const hint = /\(\?[=!<]|escape sequence: `\\[1-9]/.test(why)
      ? '; lookaround and back references are not supported, see https://github.com/google/re2/wiki/Syntax'
      : '';
    return `must be a regular expression: ${why}${hint}`;
  }
}

/** Adds up the counted repetitions: `a{2}b{3,9}` has 11. */
function repetitionsIn(pattern: string): number {
  const counted = pattern.matchAll(/(?<!\\)\{(\d+)(?:,(\d*))?\}/g);
  return [...counted].reduce((sum, [, least, most]) => sum + Number(most || least), 0);
}

/** Whether a valid pattern matches anywhere in the text's first {@link PATTERN_TEXT_LIMIT} characters. */
export function patternFound(
  pattern: string,
  text: string,
  { ignoreCase = false }: { ignoreCase?: boolean } = {},
): boolean {
  const flags = ignoreCase ? RE2JS.CASE_INSENSITIVE : 0;
  return RE2JS.compile(pattern, flags).test(text.slice(0, PATTERN_TEXT_LIMIT));
}
