import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CredentialWatch } from '../../../domains/identity/credential-watch.ts';

/** Time after which the credential of a running request is watched, in milliseconds. Most requests are shorter and cost nothing. */
const WATCHED_AFTER_MS = 250;
/** Time in which a request may still be answered after its credential ended, in milliseconds: it may be the request that ended it. */
const ANSWER_WITHIN_MS = 500;

/**
 * Ends each running request when its credential ends: downloads, uploads, builds and others. Register it after
 * authentication. WebSockets handle this themselves.
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
