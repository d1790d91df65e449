import { z } from 'zod';
import type { LabContext } from './lab-context.ts';
import { mapping, oneOrMany, user } from './values.ts';
import { plainPath, readTextFile } from './text-file.ts';

/** Longest script in lab.yaml itself, in characters. */
const LONGEST_SCRIPT = 20_000;

/** Longest time limit of a script, in seconds: a learner waits for it. */
const LONGEST_SECONDS = 600;

/** Maximum number of scripts of each kind in a step or machine. */
const MOST_SCRIPTS = 20;

/** A script with the path of its file; the path is undefined for a script in lab.yaml itself. */
interface WrittenScript {
  path: string | undefined;
  script: string;
}

/** A script: the path of its file, or the script itself if it has more than one word. */
export function scriptText(source: LabContext) {
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

/** A time limit in seconds. */
export const timeout = z.number().positive().max(LONGEST_SECONDS);

const machine = z.string().describe('Name of the machine. Default: the first one.');

const startShape = (source: LabContext) => ({
  script: scriptText(source).describe("The script, or the path of its file in the lab's folder."),
  user: user
    .optional()
    .describe("User that runs it. Default: root, or the machine's user if the machine has no root."),
  timeout: timeout
    .optional()
    .describe('Time limit in seconds, after which it fails, up to 600. Default: 60.'),
  background: z.boolean().default(false).describe('Start it without waiting for its end.'),
});

/** Start scripts of a machine: one or several, each as a script or a mapping. */
export function machineStart(source: LabContext) {
  return scripts(source, mapping(startShape(source)));
}

/** Start scripts of a step. */
export function stepStart(source: LabContext) {
  return scripts(
    source,
    mapping({
      ...startShape(source),
      machine: machine.optional(),
      foreground: z
        .boolean()
        .default(false)
        .describe("Run it in the learner's own shell, visibly in the terminal."),
    }),
  );
}

/** Scripts that tests run instead of a learner. */
export function testScripts(source: LabContext) {
  return scripts(
    source,
    mapping({
      script: scriptText(source).describe("The script, or the path of its file in the lab's folder."),
      machine: machine.optional(),
      user: user.optional().describe("User that runs it. Default: the machine's user."),
    }),
  );
}

function scripts<Long extends z.ZodType>(source: LabContext, long: Long) {
  const short = scriptText(source).transform((script) => ({ script }));
  const script = z.union([short, long], { error: 'must be a script, or a mapping with "script"' });
  return oneOrMany(script, MOST_SCRIPTS, 'a script');
}
