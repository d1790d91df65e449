import { z } from 'zod';

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
