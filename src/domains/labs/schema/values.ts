import { z } from 'zod';
import { MIB, parseBytes, parseNumber } from '../../../core/units.ts';

/**
 * A mapping with exactly these keys. The issue for an unknown key has the list of known keys as its message, which
 * schema-messages.ts uses for a suggestion.
 */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(' ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined),
  });
}

/**
 * A single entry, or a list of up to `most` entries. The output is always a list. `what` names an entry in
 * messages, such as "a text".
 */
export function oneOrMany<Entry extends z.ZodType>(entry: Entry, most: number, what: string) {
  return z
    .union([entry, z.array(entry).min(1).max(most)], { error: `must be ${what}, or a list of these` })
    .transform((given): z.output<Entry>[] => (Array.isArray(given) ? given : [given]));
}

/** Longest path in a machine, in characters: the kernel's limit (4096 bytes), minus a reserve for prefixes. */
const LONGEST_PATH = 4_000;

/** A text of a single line. */
export function line(most: number) {
  return z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(most)
    .refine((text) => !/\p{Cc}/u.test(text), 'must be a single line');
}

/** Name of a step, a check, a collection. */
export const name = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must have only lower-case letters, digits and hyphens, such as "find-your-way"',
  );

export const user = z
  .string()
  .regex(/^([a-z_][a-z0-9_-]{0,31}|\d{1,9})$/, 'must be the name or number of a user, such as "learner"');

export const image = z
  .string()
  .regex(/^[\w][\w.:/@-]{0,254}$/, 'must name a container image, such as "berth/lab-linux"');

/** An argument of a command. */
export const argument = z.string().refine((text) => !text.includes('\0'), 'must not contain a NUL character');

/** An absolute path in a machine; `example` is for the message. */
export function absolutePath(example: string) {
  return z
    .string()
    .max(LONGEST_PATH)
    .refine(
      (path) => path.startsWith('/') && isPath(path),
      `must be an absolute path, such as "${example}"; "~/" is not supported here`,
    );
}

/** An absolute path in a machine, or one that starts with `~/`; `example` is for the message. */
export function machinePath(example: string) {
  return z
    .string()
    .max(LONGEST_PATH)
    .refine(isPath, `must be an absolute path, or one that starts with "~/", such as "${example}"`);
}

function isPath(text: string): boolean {
  return /^~?\/[^\0]*$/.test(text) && !/\/\.\.?(\/|$)/.test(text);
}

/** Permission bits of an executable file. */
const RUNNABLE_MODE = 0o755;

/** A size with its unit, in bytes. */
export function size(example: string) {
  const problem = `must be a size with its unit, such as "${example}", from 16 MiB to 1 TiB`;
  return z.string({ error: problem }).transform((value, context) => {
    const bytes = parseBytes(value);
    if (bytes !== undefined && bytes >= 16 * MIB && bytes <= 1024 * 1024 * MIB) return bytes;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
}

const CPUS_PROBLEM = 'must be a number of processors from 0.05 to 256, such as 0.5';

export const cpus = z.union([z.number(), z.string()], { error: CPUS_PROBLEM }).transform((value, context) => {
  const number = parseNumber(value);
  if (number !== undefined && number >= 0.05 && number <= 256) return number;
  context.addIssue({ code: 'custom', message: CPUS_PROBLEM });
  return z.NEVER;
});

const SHARE_PROBLEM = 'must be a share, such as 10% or 0.1, up to 100%';

/** A share from 0 to 1, written as a number or a percentage. */
export const share = z
  .union([z.number(), z.string()], { error: SHARE_PROBLEM })
  .transform((value, context) => {
    const [, percent] = /^\s*(\d{1,3}(?:\.\d{1,4})?)\s*%\s*$/.exec(String(value)) ?? [];
    const number = percent === undefined ? parseNumber(value) : Number(percent) / 100;
    if (number !== undefined && number >= 0 && number <= 1) return number;
    context.addIssue({ code: 'custom', message: SHARE_PROBLEM });
    return z.NEVER;
  });

const MODE_PROBLEM = 'must be permission bits, such as "755" or 0644';

/** Permission bits as octal digits. YAML parses 0755 as the decimal number 755, so its digits are used. */
export const mode = modeSchema(MODE_PROBLEM, parseMode);

/** Like {@link mode}, and "+x" for an executable file. */
export const modeToGive = modeSchema(`${MODE_PROBLEM}, or "+x"`, (written) =>
  written === '+x' ? RUNNABLE_MODE : parseMode(written),
);

function modeSchema(problem: string, parse: (written: string) => number | undefined) {
  return z.union([z.number(), z.string()], { error: problem }).transform((value, context) => {
    const mode = parse(String(value));
    if (mode !== undefined) return mode;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
}

function parseMode(written: string): number | undefined {
  const [, digits] = /^(?:0o|0)?([0-7]{3,4})$/.exec(written) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}
