import { z } from 'zod';
import { fault } from '../../core/errors.ts';

/** `?list`, `?list=true`: on; `?list=false` and nothing at all: off. */
const flag = z
  .enum(['', 'true', 'false'], { error: 'is "true" or "false"' })
  .optional()
  .transform((text) => text === '' || text === 'true');
const path = z.string({ error: 'is missing: give the path from the root of the machine' });
const mode = z
  .string()
  .regex(/^[0-7]{3,4}$/, 'is octal, such as 644 or 0755')
  .transform((text) => Number.parseInt(text, 8))
  .optional();

/** What may stand behind the question mark, for each method. */
export const filesQueries = {
  get: z.strictObject({ path, list: flag, as: z.literal('tar', { error: 'is "tar"' }).optional() }),
  head: z.strictObject({ path }),
  put: z.strictObject({ path, mode, parents: flag }),
  post: z.strictObject({
    path,
    as: z.enum(['tar', 'folder'], { error: 'is "tar" or "folder"' }).default('tar'),
    parents: flag,
    keepOwners: flag.optional(),
  }),
  delete: z.strictObject({ path, recursive: flag }),
};

/** Reads the query of a request. @throws INPUT_INVALID, naming each parameter that is wrong and what would be right */
export function readQuery<T extends z.ZodType>(
  schema: T,
  { url, query }: { url: string; query: unknown },
): z.infer<T> {
  requireText(url);
  const read = schema.safeParse(query);
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `there is no "${issue.keys.join('", "')}" here`
      : `"${issue.path.join('.')}" ${issue.message}`,
  );
  throw fault('INPUT_INVALID', { problem: `The query is wrong: ${problems.join('; ')}.` });
}

/** What cannot be decoded would be taken as it is written, and name another file. */
function requireText(url: string): void {
  try {
    decodeURIComponent(url);
  } catch (error) {
    throw fault(
      'INPUT_INVALID',
      { problem: 'The query is wrong: it must be UTF-8, percent-encoded.' },
      error,
    );
  }
}
