import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { fault } from '../../core/errors.ts';
import { PAGE_LIMIT } from '../../core/paging.ts';

/** The query parameters of a list: `limit` items after the cursor `after`. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(PAGE_LIMIT).default(PAGE_LIMIT),
  after: z.string().optional(),
});

/** Sends a response that depends on the user, so that nothing stores it. */
export function send(reply: FastifyReply, body: object | string) {
  return reply.header('cache-control', 'no-store').send(body);
}

/** Reads the body of a request. @throws INPUT_INVALID with its first problem */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  return readAs(schema, body, 'The body');
}

/** Reads the query parameters of a request. @throws INPUT_INVALID with their first problem */
export function readQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  return readAs(schema, query, 'The query');
}

function readAs<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = issue?.path.join('.') || name;
  throw fault('INPUT_INVALID', { problem: `${place}: ${issue?.message ?? 'is invalid'}.` });
}

/** Reads a query parameter that is `true` or absent. @throws INPUT_INVALID */
export function readFlag(name: string, value: unknown): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw fault('INPUT_INVALID', { problem: `"${name}" must be true or false.` });
}
