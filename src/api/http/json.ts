import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { fault } from '../../core/errors.ts';

/** Sends a response that depends on the user, so that nothing stores it. */
export function send(reply: FastifyReply, body: object) {
  return reply.header('cache-control', 'no-store').send(body);
}

/** Reads the body of a request. @throws INPUT_INVALID with its first problem */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = issue?.path.join('.') || 'The body';
  throw fault('INPUT_INVALID', { problem: `${place}: ${issue?.message ?? 'is invalid'}.` });
}

/** Reads a query parameter that is `true` or absent. @throws INPUT_INVALID */
export function readFlag(name: string, value: unknown): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw fault('INPUT_INVALID', { problem: `"${name}" must be true or false.` });
}
