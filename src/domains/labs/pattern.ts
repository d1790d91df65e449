import { RE2JS } from 're2js';

/**
 * Regular expressions of labs: RE2's syntax, found in a time that grows with the text alone. They are
 * run on what learners write, in the service, where one that looks back and tries again could be made
 * to take hours. Hence no lookaround and no back references.
 */

/** Letters of a pattern: a person's. */
const LONGEST_PATTERN = 500;

/** Steps of a compiled pattern: with the longest text, and both made to be slow, it takes a second or two. */
const MOST_STEPS = 150;

/** Letters of a text, from its start, that a pattern is looked for in: see {@link MOST_STEPS}. */
export const PATTERN_TEXT_LIMIT = 32 * 1024;

/** What is wrong with the pattern, and what would be right; undefined for one that can be used. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern === '') return 'must not be empty';
  if (pattern.length > LONGEST_PATTERN) return `must have at most ${LONGEST_PATTERN} characters`;
  try {
    if (RE2JS.compile(pattern).programSize() <= MOST_STEPS) return undefined;
    return `must be simpler: its repetitions make more than ${MOST_STEPS} steps`;
  } catch (error) {
    const why = (error as Error).message.replace(/^error parsing regexp: /, '');
    const hint = /\(\?[=!<]|escape sequence: `\\[1-9]/.test(why)
      ? '; there is no lookaround and no back reference, see https://github.com/google/re2/wiki/Syntax'
      : '';
    return `must be a regular expression: ${why}${hint}`;
  }
}

/** Whether the pattern, which has no {@link patternProblem}, is found anywhere in the text's first {@link PATTERN_TEXT_LIMIT} letters. */
export function patternFound(
  pattern: string,
  text: string,
  { ignoreCase = false }: { ignoreCase?: boolean } = {},
): boolean {
  const flags = ignoreCase ? RE2JS.CASE_INSENSITIVE : 0;
  return RE2JS.compile(pattern, flags).test(text.slice(0, PATTERN_TEXT_LIMIT));
}
