import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { fault } from '../../core/errors.ts';
import { limitedBody } from './limits/limited-body.ts';

/** Media types of plain and compressed tars. The reader detects the compression from the content. */
const TAR_TYPES = ['application/x-tar', 'application/tar', 'application/gzip', 'application/x-gzip'];

/** Adds routes whose bodies are streamed tars. */
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
 * Runs `work` with the tar in the request's body, of at most `limitBytes`. Does not wait for data that `work` does not
 * read.
 * @throws MEDIA_TYPE_UNSUPPORTED if the body is not a tar, BODY_TOO_LARGE if its stated length is too large, and the errors of `work`
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
    // A rejected request is never read, so nothing may wait for its bytes.
    tar.destroy();
  });
}
