import type { FastifyInstance } from 'fastify';

/** Gives each answer its request's id, so that a report of a failure can name it. */
export function addRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
}
