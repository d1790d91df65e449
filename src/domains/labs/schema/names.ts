import { z } from 'zod';

/** Longest path of a file or folder of a machine: what the kernel takes, with room for what goes before it. */
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
    'must be small letters, digits and hyphens, such as "find-your-way"',
  );

export const user = z
  .string()
  .regex(/^([a-z_][a-z0-9_-]{0,31}|\d{1,9})$/, 'must be the name or number of a user, such as "learner"');

export const image = z
  .string()
  .regex(/^[\w][\w.:/@-]{0,254}$/, 'must name a container image, such as "berth/lab-linux"');

/** A word of a command. */
export const argument = z.string().refine((text) => !text.includes('\0'), 'must not hold a NUL character');

/** A path in a machine, from its root; `example` is one. */
export function absolutePath(example: string) {
  return z
    .string()
    .max(LONGEST_PATH)
    .refine(
      (path) => path.startsWith('/') && isPath(path),
      `must be an absolute path, such as "${example}": what "~/" means, only the machine could say`,
    );
}

/** A path in a machine, from its root or from its user's home; `example` is one. */
export function machinePath(example: string) {
  return z
    .string()
    .max(LONGEST_PATH)
    .refine(isPath, `must be an absolute path, or one that begins with "~/", such as "${example}"`);
}

function isPath(text: string): boolean {
  return /^~?\/[^\0]*$/.test(text) && !/\/\.\.?(\/|$)/.test(text);
}
