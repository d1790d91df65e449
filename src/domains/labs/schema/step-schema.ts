import { z } from 'zod';
import { checkSchema, checksSchema } from './check-schema.ts';
import { hintsSchema } from './hint-schema.ts';
import type { WrittenLab } from './written-lab.ts';
import { localizedLine, localizedPage } from './localized.ts';
import { mapping } from './mapping.ts';
import { name } from './names.ts';
import { share } from './quantities.ts';
import { stepStart, testScripts } from './script-schema.ts';

/** Seconds between checks that clients ask for by themselves: often enough to seem at once, seldom enough to bear. */
const POLL_SECONDS = { least: 2, most: 300 };

/** A step of the lab. */
export function stepSchema(source: WrittenLab) {
  const check = checkSchema(source);
  return mapping({
    id: name.describe('Its own within the lab. Progress hangs on it: keep it.'),
    title: localizedLine(source, 120).describe('Name to show.'),
    instructions: localizedPage(source).describe('Markdown: path of its file in the folder, or the text.'),
    start: stepStart(source)
      .default([])
      .describe('Scripts that run when the learner enters the step for the first time.'),
    check: check.optional().describe('How the step is judged.'),
    checks: checksSchema(source).optional().describe('Several checks in place of one.'),
    pass: share
      .refine((share) => share > 0, 'must be more than 0')
      .default(1)
      .describe("Share of the checks' weight from which the step is passed."),
    poll: z
      .number()
      .int()
      .min(POLL_SECONDS.least)
      .max(POLL_SECONDS.most)
      .optional()
      .describe('Seconds between checks that are made by themselves while the step is open.'),
    hints: hintsSchema(source).describe('Help that is shown on request.'),
    solution: testScripts(source).default([]).describe('Scripts that do as the step asks, for tests.'),
    wrong: testScripts(source)
      .default([])
      .describe('Scripts that each make a state in which the checks must fail, for tests.'),
    tamper: testScripts(source)
      .default([])
      .describe('Scripts that each try to pass the checks without doing the work, and must fail, for tests.'),
  });
}
