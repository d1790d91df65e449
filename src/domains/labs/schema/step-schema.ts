import { z } from 'zod';
import { checkSchema, checksSchema } from './check-schema.ts';
import type { WrittenLab } from './written-lab.ts';
import { localizedLine, localizedPage, localizedPassage } from './localized.ts';
import { mapping } from './mapping.ts';
import { name } from './names.ts';
import { share } from './quantities.ts';
import { stepStart, testScripts } from './script-schema.ts';

/** Hints of one step. */
const MOST_HINTS = 20;

/** Failed attempts that a hint may wait for. */
const MOST_FAILURES = 100;

/** A step's hints, each in short as its text or with its keys. */
function hintsSchema(source: WrittenLab) {
  const text = localizedPassage(source);
  const hint = mapping({
    id: name.optional().describe('Its own within the step, to keep when its text changes.'),
    text: text.describe('Markdown, or a file that ends in .md.'),
    after: z
      .number()
      .int()
      .min(0)
      .max(MOST_FAILURES)
      .default(0)
      .describe('Failed attempts after which it can be asked for.'),
    cost: share.default(0).describe("Share taken off the step's score once it is shown, such as 10%."),
  });
  const short = text.transform((text) => ({ id: undefined, text, after: 0, cost: 0 }));
  return z
    .array(z.union([hint, short], { error: 'must be a text, or a mapping with "text"' }))
    .max(MOST_HINTS)
    .default([]);
}

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
