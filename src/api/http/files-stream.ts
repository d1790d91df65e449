import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** How long the rest of an upload that was refused is read and thrown away, in milliseconds: a client that writes on does not see the answer, and one that has read it stops. */
const LINGER_MS = 10_000;

/** Aborted when the client is gone before the answer was. */
export function clientOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const { raw } = reply;
  if (raw.destroyed) gone.abort();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** The body as it comes, and its length where the client says one. */
export function contentOf({ raw }: FastifyRequest): { content: Readable; size: number | undefined } {
  const length = raw.headers['content-length'];
  if (length === undefined && raw.headers['transfer-encoding'] === undefined)
    return { content: raw, size: 0 };
  return { content: raw, size: length === undefined ? undefined : Number(length) };
}

/** Runs `work` on a request's body. Where that is refused, the connection stays until the client has heard so, and no longer. */
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
