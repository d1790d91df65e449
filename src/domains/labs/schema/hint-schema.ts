import { z } from 'zod';
import type { WrittenLab } from './written-lab.ts';
import { localizedPassage } from './localized.ts';
import { mapping } from './mapping.ts';
import { name } from './names.ts';
import { share } from './quantities.ts';

/** Hints of one step. */
const MOST_HINTS = 20;

/** Failed attempts that a hint may wait for. */
const MOST_FAILURES = 100;

/** A step's hints, each in short as its text or with its keys. */
export function hintsSchema(source: WrittenLab) {
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
