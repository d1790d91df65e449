import { z } from 'zod';
import type { WrittenLab } from './written-lab.ts';
import { mapping, oneOrMany } from './mapping.ts';
import { user } from './names.ts';
import { plainPath, readTextFile } from './text-file.ts';

/** Letters of a script that stands in lab.yaml itself. */
const LONGEST_SCRIPT = 20_000;

/** Longest time that a script may have, in seconds: a learner waits. */
const LONGEST_SECONDS = 600;

/** Scripts of one step or machine, of each sort. */
const MOST_SCRIPTS = 20;

/** A script, and the path of its file; undefined for one that stands in lab.yaml. */
export interface WrittenScript {
  path: string | undefined;
  script: string;
}

/** A script: the path of its file, or the script itself where it is more than a word. */
export function scriptText(source: WrittenLab) {
  return z
    .string()
    .max(LONGEST_SCRIPT)
    .transform((given, context): WrittenScript => {
      if (!source.files.has(plainPath(given)) && /\s/.test(given.trim()) && !given.includes('\0')) {
        return { path: undefined, script: given };
      }
      const read = readTextFile(source, given);
      if ('text' in read) return { path: plainPath(given), script: read.text };
      context.addIssue({ code: 'custom', message: read.problem });
      return z.NEVER;
    });
}

/** Seconds until something is stopped. */
export const timeout = z.number().positive().max(LONGEST_SECONDS);

const machine = z.string().describe('Name of the machine; the first one when absent.');

const startShape = (source: WrittenLab) => ({
  script: scriptText(source).describe('The script: path of its file in the folder, or the script itself.'),
  user: user.optional().describe("Who runs it: root, and in a restricted machine the machine's user."),
  timeout: timeout
    .optional()
    .describe('Seconds until it is stopped and has failed, up to 600; 60 when absent.'),
  background: z.boolean().default(false).describe('Start it and do not wait for its end.'),
});

/** What prepares a machine: one script or several, each in short or with its keys. */
export function machineStart(source: WrittenLab) {
  return scripts(source, mapping(startShape(source)));
}

/** What prepares a step. */
export function stepStart(source: WrittenLab) {
  return scripts(
    source,
    mapping({
      ...startShape(source),
      machine: machine.optional(),
      foreground: z
        .boolean()
        .default(false)
        .describe("Let the learner's own shell run it, in the terminal, where they see it."),
    }),
  );
}

/** What a test does in place of a learner. */
export function testScripts(source: WrittenLab) {
  return scripts(
    source,
    mapping({
      script: scriptText(source).describe(
        'The script: path of its file in the folder, or the script itself.',
      ),
      machine: machine.optional(),
      user: user.optional().describe("Who runs it; the machine's user when absent."),
    }),
  );
}

function scripts<Long extends z.ZodType>(source: WrittenLab, long: Long) {
  const short = scriptText(source).transform((script) => ({ script }));
  const script = z.union([short, long], { error: 'must be a script, or a mapping with "script"' });
  return oneOrMany(script, MOST_SCRIPTS, 'a script');
}
