import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { fault } from '../../core/errors.ts';
import { limitedBody } from './limits/limited-body.ts';

/** What a tar is called, plain or compressed. Who reads it looks into it to tell which. */
const TAR_TYPES = ['application/x-tar', 'application/tar', 'application/gzip', 'application/x-gzip'];

/** Adds routes whose bodies are tars, and come as they are sent. */
export async function addTarRoutes(
  app: FastifyInstance,
  add: (scope: FastifyInstance) => void,
): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(TAR_TYPES, (_request, body, done) => done(null, body));
    add(scope);
  });
}

/**
 * Does `work` with the tar in the request's body, of at most `limitBytes`; what it does not read is not waited for.
 * @throws MEDIA_TYPE_UNSUPPORTED where there is none, BODY_TOO_LARGE where it is said to be larger, what `work` throws
 */
export async function withTar<T>(
  { body, headers }: FastifyRequest,
  reply: FastifyReply,
  limitBytes: number,
  work: (tar: Readable) => Promise<T>,
): Promise<T> {
  if (!body) throw fault('MEDIA_TYPE_UNSUPPORTED', { type: '' });
  if (Number(headers['content-length'] ?? 0) > limitBytes)
    throw fault('BODY_TOO_LARGE', { limit: limitBytes });
  const tar = limitedBody(body as Readable, limitBytes);
  return work(tar).finally(() => {
    if (tar.readableEnded) return;
    reply.header('connection', 'close');
    // A rejected request is never read; nothing may wait for its bytes.
    tar.destroy();
  });
}
