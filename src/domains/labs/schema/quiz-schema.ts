import { z } from 'zod';
import type { WrittenLab } from './written-lab.ts';
import { localizedPassage } from './localized.ts';
import { mapping, oneOrMany } from './mapping.ts';
import { share } from './quantities.ts';

/** Options of one question. */
const MOST_OPTIONS = 20;

/** Texts that answer one question. */
const MOST_ANSWERS = 20;
const LONGEST_ANSWER = 500;

/** Wrong answers that can be allowed. */
const MOST_ATTEMPTS = 100;

/** A question, with options or with a text for an answer. */
export function quizSchema(source: WrittenLab) {
  const text = localizedPassage(source);
  const option = mapping({
    text: text.describe('What it says.'),
    correct: z.boolean().default(false).describe('Whether it is (one of) the right ones.'),
  });
  const short = text.transform((text) => ({ text, correct: false }));
  return mapping({
    question: text.describe('Markdown, or a file that ends in .md.'),
    options: z
      .array(z.union([option, short], { error: 'must be a text, or a mapping with "text" and "correct"' }))
      .min(2)
      .max(MOST_OPTIONS)
      .optional()
      .describe('To choose from; those that are right have "correct: true".'),
    multiple: z.boolean().optional().describe('Whether all that are right are to be chosen.'),
    answer: oneOrMany(
      z.string().trim().min(1, 'must not be empty').max(LONGEST_ANSWER),
      MOST_ANSWERS,
      'a text',
    )
      .optional()
      .describe('A text that answers it, or several, in place of options.'),
    match: z
      .enum(['exact', 'contains', 'pattern'])
      .optional()
      .describe(
        'How the answer is compared: as a whole (also when absent), as a part, as a regular expression (RE2).',
      ),
    ignoreCase: z.boolean().optional().describe('Take capital and small letters for the same.'),
    attempts: z
      .number()
      .int()
      .min(1)
      .max(MOST_ATTEMPTS)
      .optional()
      .describe('Wrong answers after which it cannot be answered any more; any number when absent.'),
    cost: share
      .default(0)
      .describe('Share of its score that each wrong answer takes off a later right one, such as 25%.'),
    explanation: text
      .optional()
      .describe('Markdown for who has answered rightly, or cannot answer any more.'),
  });
}
