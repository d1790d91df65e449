import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CredentialWatch } from '../../../domains/identity/credential-watch.ts';

/** How long a request runs before its credential is watched, in milliseconds: most are over by then, and cost nothing. */
const WATCHED_AFTER_MS = 250;
/** How long a request that waits for its answer may still get one, in milliseconds: it may be the very one that ends its credential. */
const ANSWER_WITHIN_MS = 500;

/**
 * Ends each request with the credential that it came by: downloads, uploads, builds, whatever waits
 * for an answer. Comes after authentication. Sockets see to this themselves.
 */
export function addOpenRequests(
  app: FastifyInstance,
  { credentials }: { credentials: Pick<CredentialWatch, 'watch'> },
): void {
  app.addHook('onRequest', async (request, reply) => {
    const { actor } = request;
    // The connection may have closed during authentication.
    if (!actor || request.ws || reply.raw.destroyed) return;
    let stopWatching: (() => void) | undefined;
    const timer = setTimeout(() => {
      stopWatching = credentials.watch(actor, (reason) => {
        request.log.info(
          { userId: actor.userId, reason: reason.code },
          'a request ended with its credential',
        );
        endRequest(request, reply);
      });
    }, WATCHED_AFTER_MS);
    reply.raw.once('close', () => {
      clearTimeout(timer);
      stopWatching?.();
    });
  });
}

function endRequest({ raw: asked }: FastifyRequest, { raw: answer }: FastifyReply): void {
  // Resetting it also drops what the system still has to send.
  const reset = () => void answer.socket?.resetAndDestroy();
  if (!asked.complete || answer.headersSent) {
    reset();
    return;
  }
  const timer = setTimeout(reset, ANSWER_WITHIN_MS);
  answer.once('close', () => clearTimeout(timer));
}
