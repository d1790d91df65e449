import { z } from 'zod';
import { fault } from '../../core/errors.ts';
import type { AttachRequest } from '../../domains/terminals/terminal.ts';

/** A number of bytes that a client has counted. */
const offset = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

const query = z.object({
  from: offset.optional(),
  client: z
    .string()
    .regex(/^[\w-]{8,64}$/)
    .optional(),
  typed: offset.default(0),
});

/** What a client that comes back says in the address of its socket. @throws INPUT_INVALID */
export function readAttachQuery(asked: unknown): Pick<AttachRequest, 'from' | 'client'> {
  const { success, data } = query.safeParse(asked);
  if (!success) {
    throw fault('INPUT_INVALID', {
      problem:
        '"from" and "typed" are whole numbers of bytes, and "client" is 8 to 64 letters, digits, "-" and "_".',
    });
  }
  const { from, client, typed } = data;
  return { from, client: client === undefined ? undefined : { id: client, typed } };
}
