import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Maximum time for discarding the rest of a rejected upload, in milliseconds. Some clients read the response only after
 * they have sent everything.
 */
export const LINGER_MS = 10_000;

/** Returns a signal that aborts if the client disconnects before the response is sent. */
export function whenClientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const { raw } = reply;
  if (raw.destroyed) gone.abort();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Returns the body as a stream, and its length if the client states one. */
export function contentOf({ raw }: FastifyRequest): { content: Readable; size: number | undefined } {
  const length = raw.headers['content-length'];
  if (length === undefined && raw.headers['transfer-encoding'] === undefined)
    return { content: raw, size: 0 };
  return { content: raw, size: length === undefined ? undefined : Number(length) };
}

/**
 * Runs `work` on a request's body. If that rejects the body, the connection stays open until the client has received
 * the response.
 */
export async function lingering<T>({ raw }: FastifyRequest, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!raw.readableEnded && !raw.destroyed) {
      raw.resume();
      const timer = setTimeout(() => raw.destroy(), LINGER_MS);
      raw.once('close', () => clearTimeout(timer));
    }
    throw error;
  }
}
