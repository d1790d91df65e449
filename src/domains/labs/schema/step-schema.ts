import { z } from 'zod';
import { checkSchema, checksSchema } from './check-schema.ts';
import type { LabContext } from './lab-context.ts';
import { localizedLine, localizedPage, localizedPassage } from './localized.ts';
import { mapping, name, share } from './values.ts';
import { stepStart, testScripts } from './script-schema.ts';

/** Maximum number of hints of one step. */
const MOST_HINTS = 20;

/** Largest number of failed attempts before a hint. */
const MOST_FAILURES = 100;

/** A step's hints, each as a text or a mapping. */
function hintsSchema(source: LabContext) {
  const text = localizedPassage(source);
  const hint = mapping({
    id: name.optional().describe('Unique within the step. Keep it when the text changes.'),
    text: text.describe('Markdown, or a file that ends in .md.'),
    after: z
      .number()
      .int()
      .min(0)
      .max(MOST_FAILURES)
      .default(0)
      .describe('Number of failed attempts before it can be requested.'),
    cost: share.default(0).describe("Share of the step's score that it costs, such as 10%."),
  });
  const short = text.transform((text) => ({ id: undefined, text, after: 0, cost: 0 }));
  return z
    .array(z.union([hint, short], { error: 'must be a text, or a mapping with "text"' }))
    .max(MOST_HINTS)
    .default([]);
}

/** Interval of automatic checks, in seconds: short enough to feel immediate, long enough to limit the load. */
const POLL_SECONDS = { least: 2, most: 300 };

/** The schema of a step. */
export function stepSchema(source: LabContext) {
  const check = checkSchema(source);
  return mapping({
    id: name.describe('Unique within the lab. Progress is stored under it, so do not change it.'),
    title: localizedLine(source, 120).describe('Display name.'),
    instructions: localizedPage(source).describe(
      "Markdown: the text, or the path of its file in the lab's folder.",
    ),
    start: stepStart(source).default([]).describe('Scripts that run when the learner first enters the step.'),
    check: check.optional().describe('The check of the step.'),
    checks: checksSchema(check).optional().describe('Several checks instead of one.'),
    pass: share
      .refine((share) => share > 0, 'must be more than 0')
      .default(1)
      .describe("Share of the checks' weight that passes the step."),
    poll: z
      .number()
      .int()
      .min(POLL_SECONDS.least)
      .max(POLL_SECONDS.most)
      .optional()
      .describe('Interval of automatic checks while the step is open, in seconds.'),
    hints: hintsSchema(source).describe('Hints, shown on request.'),
    solution: testScripts(source).default([]).describe('For tests: scripts that solve the step.'),
    wrong: testScripts(source)
      .default([])
      .describe('For tests: scripts that each create a state in which the checks must fail.'),
    tamper: testScripts(source)
      .default([])
      .describe('For tests: scripts that try to pass the checks without the work, and must fail.'),
  });
}
