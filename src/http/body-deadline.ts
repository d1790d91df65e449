import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set on routes whose bodies are streams of any length, which have bounds of their own. */
    streamsBody?: boolean;
  }
}

/** Options of such a route. */
export const STREAMS_BODY = { config: { streamsBody: true } } as const;

/**
 * Ends requests whose body has not come whole within `limitMs`, also those that were refused before it was
 * read: a body of one byte a minute would keep its connection for ever.
 */
export function addBodyDeadline(app: FastifyInstance, { limitMs }: { limitMs: number }): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.streamsBody || !mayHaveBody(request)) return;
    const { raw } = request;
    const timer = setTimeout(() => {
      if (raw.complete) return;
      request.log.info({ limitMs }, 'the body of a request did not come in time');
      // Nothing of an answer has gone out as long as its body is waited for; else there is one already.
      if (!reply.raw.headersSent)
        reply.raw.writeHead(408, { connection: 'close', 'content-length': 0 }).end();
      raw.socket.destroySoon();
    }, limitMs);
    const stop = () => clearTimeout(timer);
    raw.once('end', stop);
    raw.socket.once('close', stop);
    raw.once('end', () => raw.socket.off('close', stop));
  });
}

function mayHaveBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
