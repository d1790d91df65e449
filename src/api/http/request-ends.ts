import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CredentialWatch } from '../../domains/identity/credential-watch.ts';
import { fault } from '../../core/errors.ts';
import { LINGER_MS } from '../shared/files-stream.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set on routes whose bodies are streams of any length. Their handlers limit the reading time. */
    streamsBody?: boolean;
  }
}

/** Options of a route with a streamed body. */
export const STREAMS_BODY = { config: { streamsBody: true } } as const;

/**
 * Ends requests whose body has not arrived within `limitMs`: a client that sends one byte a minute would keep its
 * connection open forever. Handlers of streamed bodies limit this themselves. After a response, the rest of any body is
 * discarded for at most `lingerMs`, since no handler reads it from then on.
 */
export function addBodyDeadline(
  app: FastifyInstance,
  { limitMs, lingerMs = Math.min(limitMs, LINGER_MS) }: { limitMs: number; lingerMs?: number },
): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!request.routeOptions.config.streamsBody) limitBody(request, reply, limitMs);
  });
  app.addHook('onResponse', async (request, reply) => limitBody(request, reply, lingerMs));
}

function limitBody(request: FastifyRequest, reply: FastifyReply, limitMs: number): void {
  const { raw } = request;
  if (!mayHaveBody(request) || raw.complete || raw.socket.destroyed) return;
  const timer = setTimeout(() => {
    if (raw.complete) return;
    request.log.info({ limitMs }, 'request body did not arrive in time');
    // If the headers were sent, the request has its response already.
    if (!reply.raw.headersSent) reply.raw.writeHead(408, { connection: 'close', 'content-length': 0 }).end();
    raw.socket.destroySoon();
  }, limitMs);
  const stop = () => clearTimeout(timer);
  raw.once('end', stop);
  raw.socket.once('close', stop);
  raw.once('end', () => raw.socket.off('close', stop));
}

/** Returns whether the client may send a body. */
export function mayHaveBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Time after which the credential of a running request is watched, in milliseconds. Most requests are shorter and cost
 * nothing.
 */
const WATCHED_AFTER_MS = 250;
/**
 * Time in which a request may still be answered after its credential ended, in milliseconds: it may be the request that
 * ended it.
 */
const ANSWER_WITHIN_MS = 500;

/**
 * Ends each running request when its credential ends: downloads, uploads, builds and others. Register it after
 * authentication. WebSockets handle this themselves.
 */
export function addOpenRequests(
  app: FastifyInstance,
  { credentialWatch }: { credentialWatch: Pick<CredentialWatch, 'watch'> },
): void {
  app.addHook('onRequest', async (request, reply) => {
    const { actor } = request;
    // The connection may have closed during authentication.
    if (!actor || request.ws || reply.raw.destroyed) return;
    let stopWatching: (() => void) | undefined;
    const timer = setTimeout(() => {
      stopWatching = credentialWatch.watch(actor, (reason) => {
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
  // Resetting it also drops what the system still has to send. An answer that waits behind others has no socket yet.
  const reset = () => void asked.socket.resetAndDestroy();
  if (!asked.complete || answer.headersSent) {
    reset();
    return;
  }
  const timer = setTimeout(reset, ANSWER_WITHIN_MS);
  answer.once('close', () => clearTimeout(timer));
}

const open = new WeakMap<Socket, Set<ServerResponse>>();

/**
 * Emits `close` on a response when its connection closes, also while the response waits behind another
 * one. Node never closes such a queued response, so everything that ends with its request would leak.
 */
export function closeWithConnection(socket: Socket, response: ServerResponse): void {
  const responses = open.get(socket) ?? track(socket);
  responses.add(response);
  const forget = () => void responses.delete(response);
  // Node closes a finished response, and one that has been given its socket.
  response.once('finish', forget);
  response.once('close', forget);
}

function track(socket: Socket): Set<ServerResponse> {
  const responses = new Set<ServerResponse>();
  open.set(socket, responses);
  socket.once('close', () => {
    for (const response of responses) {
      if (response.socket !== null) continue;
      response.destroy();
      response.emit('close');
    }
  });
  return responses;
}

/**
 * Resolves when a response is the first on its connection. Before that it should hold no memory for its content: a
 * client can queue hundreds of requests at once. @throws TRANSFER_INTERRUPTED when the connection is lost
 */
export async function turnOf(response: ServerResponse): Promise<void> {
  if (response.socket === null && !response.destroyed) {
    await new Promise<void>((resolve) => {
      response.once('socket', () => resolve());
      response.once('close', resolve);
    });
  }
  if (response.destroyed) throw fault('TRANSFER_INTERRUPTED');
}
