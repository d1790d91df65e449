import type { FastifyInstance } from 'fastify';

/** Adds the request id to each response, so that reports of failures can name it. */
export function addRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
}
