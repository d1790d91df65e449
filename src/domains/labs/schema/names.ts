import { z } from 'zod';

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

/** Name of a step, a check, a course. */
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
