import { z } from 'zod';
import type { TextRule } from '../lab-check.ts';
import { patternProblem } from '../pattern.ts';
import { oneOrMany } from './mapping.ts';

/** Letters of a text to be found, and of one to be equal. */
const LONGEST_PART = 4_000;
const LONGEST_WHOLE = 64 * 1024;

/** Texts to be found by one check. */
const MOST_PARTS = 20;

/** A regular expression: see labs/pattern.ts. */
export const pattern = z.string().check((context) => {
  const problem = patternProblem(context.value);
  if (problem !== undefined) context.issues.push({ code: 'custom', input: context.value, message: problem });
});

/** Keys by which a text is judged; `what` says which text. */
export function textRuleShape(what: string) {
  return {
    contains: oneOrMany(z.string().min(1, 'must not be empty').max(LONGEST_PART), MOST_PARTS, 'a text')
      .optional()
      .describe(`A text, or several, that must be in ${what}.`),
    matches: pattern.optional().describe(`A regular expression (RE2) that must be found in ${what}.`),
    equals: z
      .string()
      .max(LONGEST_WHOLE)
      .optional()
      .describe(`What ${what} must be, line ends at the end left away.`),
  };
}

/** The rule that the keys make. */
export function toTextRule({
  contains = [],
  matches,
  equals,
}: {
  contains?: string[] | undefined;
  matches?: string | undefined;
  equals?: string | undefined;
}): TextRule {
  return { contains, matches, equals };
}
