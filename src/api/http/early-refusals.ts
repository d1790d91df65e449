import type { FastifyInstance } from 'fastify';
import { fault } from '../../core/errors.ts';
import { mayHaveBody } from './request-ends.ts';

/** All routes under this path require authentication. */
export const REST_PATH = '/api/v1/';

/**
 * Refuses requests before their body is read: to unknown paths, to REST calls without authentication, and those that state
 * a larger body than the route accepts. Register it after authentication.
 */
export function addEarlyRefusals(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const { actor, headers, is404, routeOptions } = request;
    if (is404 && mayHaveBody(request)) throw fault('NOT_FOUND', { thing: 'page' });
    if (!actor && routeOptions.url?.startsWith(REST_PATH)) throw fault('UNAUTHENTICATED');
    const { bodyLimit, config } = routeOptions;
    // Handlers of streamed bodies have their own limits.
    if (!config.streamsBody && Number(headers['content-length'] ?? 0) > bodyLimit)
      throw fault('BODY_TOO_LARGE', { limit: bodyLimit });
  });
}
