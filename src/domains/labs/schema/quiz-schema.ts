import { z } from 'zod';
import type { LabContext } from './lab-context.ts';
import { localizedPassage } from './localized.ts';
import { mapping, oneOrMany, share } from './values.ts';

/** Maximum number of options of a question. */
const MOST_OPTIONS = 20;

/** Maximum number of correct texts of a question. */
const MOST_ANSWERS = 20;
const LONGEST_ANSWER = 500;

/** Largest number of wrong answers that can be allowed. */
const MOST_ATTEMPTS = 100;

/** A question with options or with a text answer. */
export function quizSchema(source: LabContext) {
  const text = localizedPassage(source);
  const option = mapping({
    text: text.describe('Text of the option.'),
    correct: z.boolean().default(false).describe('Whether it is correct.'),
  });
  const short = text.transform((text) => ({ text, correct: false }));
  return mapping({
    question: text.describe('Markdown, or a file that ends in .md.'),
    options: z
      .array(z.union([option, short], { error: 'must be a text, or a mapping with "text" and "correct"' }))
      .min(2)
      .max(MOST_OPTIONS)
      .optional()
      .describe('Options to choose from. The correct ones have "correct: true".'),
    multiple: z.boolean().optional().describe('Whether learners must choose all correct options.'),
    answer: oneOrMany(
      z.string().trim().min(1, 'must not be empty').max(LONGEST_ANSWER),
      MOST_ANSWERS,
      'a text',
    )
      .optional()
      .describe('One or several correct texts, instead of options.'),
    match: z
      .enum(['exact', 'contains', 'pattern'])
      .optional()
      .describe(
        'How the answer is compared: exact (the default), as a part of it, or as a regular expression (RE2).',
      ),
    ignoreCase: z.boolean().optional().describe('Whether to ignore upper and lower case.'),
    attempts: z
      .number()
      .int()
      .min(1)
      .max(MOST_ATTEMPTS)
      .optional()
      .describe('Number of wrong answers allowed. Default: no limit.'),
    cost: share
      .default(0)
      .describe('Share of the score that each wrong answer deducts from a later correct one, such as 25%.'),
    explanation: text
      .optional()
      .describe('Markdown shown after a correct answer, or when no attempts are left.'),
  });
}
