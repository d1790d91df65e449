import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set on routes whose bodies are streams of any length. Their handlers limit the reading time. */
    streamsBody?: boolean;
  }
}

/** Options of a route with a streamed body. */
export const STREAMS_BODY = { config: { streamsBody: true } } as const;

/**
 * Ends requests whose body has not arrived within `limitMs`, also requests that were rejected before their body was
 * read: a client that sends one byte a minute would keep its connection open forever. For a streamed body
 * the limit starts with the end of the response, since no handler reads it from then on.
 */
export function addBodyDeadline(app: FastifyInstance, { limitMs }: { limitMs: number }): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!request.routeOptions.config.streamsBody) limitBody(request, reply);
  });
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.config.streamsBody) limitBody(request, reply);
  });

  function limitBody(request: FastifyRequest, reply: FastifyReply): void {
    const { raw } = request;
    if (!mayHaveBody(request) || raw.complete || raw.socket.destroyed) return;
    const timer = setTimeout(() => {
      if (raw.complete) return;
      request.log.info({ limitMs }, 'request body did not arrive in time');
      // If the headers were sent, the request has its response already.
      if (!reply.raw.headersSent)
        reply.raw.writeHead(408, { connection: 'close', 'content-length': 0 }).end();
      raw.socket.destroySoon();
    }, limitMs);
    const stop = () => clearTimeout(timer);
    raw.once('end', stop);
    raw.socket.once('close', stop);
    raw.once('end', () => raw.socket.off('close', stop));
  }
}

function mayHaveBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
