import { RE2JS } from 're2js';

// Regular expressions of labs use RE2, which runs in linear time. The service runs them on learners' input, where
// a backtracking engine could take hours. RE2 has no lookaround and no back references.

/**
 * Limits in characters of one pattern, and of all different patterns of a lab: more than people write. Compiling takes
 * up to 40 µs per character.
 */
export const PATTERN_LIMITS = { each: 500, lab: 10_000 };

/** Maximum number of Unicode classes and ranges of one pattern: compiling one of them takes up to 2 ms. */
const MOST_SETS = 20;
/** A Unicode class, or a range that ends with a character outside ASCII. */
const SET = /\\p|-(?:\\x|[^\p{ASCII}])/giu;
/** What such a set counts in the limit of the lab, in characters. */
const SET_LENGTH = 40;

/** Largest compiled program, in instructions: the slowest one takes half a second on the longest text. */
const MOST_STEPS = 150;

/** Largest estimate of a program that is compiled to count its instructions, which takes about 2 µs for each. */
const MOST_ESTIMATED = 3 * MOST_STEPS;

/** Length of the start of a text that is searched, in characters; see {@link MOST_STEPS}. */
export const PATTERN_TEXT_LIMIT = 32 * 1024;

/** Explains why a pattern is not usable; undefined for a valid one. */
export type PatternReader = (pattern: string) => string | undefined;

/** Creates a reader for the patterns of one lab. A pattern that several checks share is compiled once. */
export function createPatternReader(): PatternReader {
  const known = new Map<string, string | undefined>();
  let left = PATTERN_LIMITS.lab;
  return (pattern) => {
    if (known.has(pattern)) return known.get(pattern);
    if (pattern.length <= PATTERN_LIMITS.each) left -= pattern.length + SET_LENGTH * setsIn(pattern);
    if (left < 0) return `the patterns of this lab have more than ${PATTERN_LIMITS.lab} characters in total`;
    const problem = patternProblem(pattern);
    known.set(pattern, problem);
    return problem;
  };
}

/** Explains why the pattern is not usable; undefined for a valid one. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern === '') return 'must not be empty';
  if (pattern.length > PATTERN_LIMITS.each) return `must have at most ${PATTERN_LIMITS.each} characters`;
  if (setsIn(pattern) > MOST_SETS) return `must have at most ${MOST_SETS} Unicode classes and ranges`;
  const tooLarge = `must be simpler: with its repetitions it compiles to more than ${MOST_STEPS} steps`;
  if (estimatedSteps(pattern) > MOST_ESTIMATED) return tooLarge;
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

function setsIn(pattern: string): number {
  return [...pattern.matchAll(SET)].length;
}

/** Quoted text, an escape, a class, flags, the start of a group, a counted repetition, or any other character. */
const TOKEN =
  /\\Q.*?(?:\\E|$)|\\x\{[\da-f]+\}|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(\?[a-z-]+\)|\((?:\?[a-z-]*:)?|\{(\d+)(?:,(\d*))?\}|./gisu;

/** Instructions that store where a group starts and ends. */
const CAPTURE = 2;

/** Estimates the size of the compiled program. Repetitions in each other multiply. */
function estimatedSteps(pattern: string): number {
  /** The sizes of the open groups; the first one is the whole pattern. */
  const open = [0];
  /** The size of what a repetition repeats. */
  let last = 0;
  const add = (steps: number) => {
    last = steps;
    open.push((open.pop() ?? 0) + steps);
  };
  for (const [token, least, most] of pattern.matchAll(TOKEN)) {
    if (token === '(') open.push(CAPTURE);
    else if (token === ')') add(Math.max(open.pop() ?? 0, 1));
    else if (token.startsWith('(') && token.endsWith(':')) open.push(0);
    else if (least === undefined) add(token.startsWith('\\Q') ? token.length : 1);
    else {
      const repeated = last;
      add(repeated * (Math.max(Number(most || least), 1) - 1) + 1);
      last += repeated;
    }
  }
  return open.reduce((sum, steps) => sum + steps, 0);
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
