import { z } from 'zod';

/**
 * A mapping that has these keys and no others. The message of the issue for other keys is the list of
 * those that there are, from which the nearest is suggested.
 */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(' ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined),
  });
}

/** What may be written as one or as a list of up to `most`; always a list afterwards. `what` names one of them, such as "a text". */
export function oneOrMany<Entry extends z.ZodType>(entry: Entry, most: number, what: string) {
  return z
    .union([entry, z.array(entry).min(1).max(most)], { error: `must be ${what}, or a list of them` })
    .transform((given): z.output<Entry>[] => (Array.isArray(given) ? given : [given]));
}
