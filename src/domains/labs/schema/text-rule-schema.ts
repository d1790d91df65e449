import { z } from 'zod';
import type { TextRule } from '../lab-check.ts';
import { patternProblem } from '../pattern.ts';
import { oneOrMany } from './mapping.ts';

/** Longest texts of `contains` and of `equals`, in characters. */
const LONGEST_PART = 4_000;
const LONGEST_WHOLE = 64 * 1024;

/** Maximum number of texts in `contains`. */
const MOST_PARTS = 20;

/** A regular expression, see pattern.ts. */
export const pattern = z.string().check((context) => {
  const problem = patternProblem(context.value);
  if (problem !== undefined) context.issues.push({ code: 'custom', input: context.value, message: problem });
});

/** The keys of a {@link TextRule}; `what` names the text in descriptions. */
export function textRuleShape(what: string) {
  return {
    contains: oneOrMany(z.string().min(1, 'must not be empty').max(LONGEST_PART), MOST_PARTS, 'a text')
      .optional()
      .describe(`One or several texts that ${what} must contain.`),
    matches: pattern.optional().describe(`A regular expression (RE2) that must match in ${what}.`),
    equals: z
      .string()
      .max(LONGEST_WHOLE)
      .optional()
      .describe(`Required content of ${what}, apart from trailing line ends.`),
  };
}

/** Converts the keys to a rule. */
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
