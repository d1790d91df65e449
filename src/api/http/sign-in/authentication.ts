import cookies from '@fastify/cookie';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fault } from '../../../core/errors.ts';
import type { Actor } from '../../../domains/identity/actor.ts';
import type { AuthenticationService } from '../../../domains/identity/user.ts';
import { readBearer } from '../../shared/credentials.ts';
import type { SessionCookie } from '../../shared/credentials.ts';
import { isOwnOrigin } from '../../shared/origin.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The authenticated user; undefined for an anonymous request. */
    actor: Actor | undefined;
  }
  interface FastifyContextConfig {
    /** Set on routes that are the same for everyone, and ignore credentials. */
    public?: boolean;
  }
}

/** Methods that change nothing. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Authenticates requests by `Authorization: Bearer …`, otherwise by the session cookie. Rejects an invalid token instead
 * of treating the request as anonymous. The cookie counts only if no page of another site can have caused the request.
 *
 * Register it after @fastify/websocket, whose hook must see a request before this one rejects it. Otherwise the
 * rejected socket stays open and the server never closes.
 */
export async function addAuthentication(
  app: FastifyInstance,
  {
    authentication,
    cookie,
    publicUrl,
  }: {
    authentication: Pick<AuthenticationService, 'byToken' | 'byWebSession'>;
    cookie: SessionCookie;
    publicUrl: string | undefined;
  },
): Promise<void> {
  await app.register(cookies);
  app.decorateRequest('actor', undefined);

  async function byCookie(request: FastifyRequest): Promise<Actor | undefined> {
    const secret = cookie.read(request);
    if (secret === undefined) return undefined;
    const upgrade = request.headers.upgrade !== undefined;
    const trusted = (SAFE_METHODS.has(request.method) && !upgrade) || siteOf(request, publicUrl) === 'own';
    // A WebSocket of another site's page is anonymous. Terminals authenticate it by their ticket.
    if (!trusted && upgrade) return undefined;
    const actor = await authentication.byWebSession(secret);
    if (actor && !trusted) throw fault('CROSS_SITE_REFUSED');
    return actor;
  }

  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.public) return;
    const { authorization } = request.headers;
    request.actor =
      authorization === undefined
        ? await byCookie(request)
        : await authentication.byToken(readBearer(authorization));
  });
}

/** A header that pages of other sites cannot send without a preflight request, which Berth rejects. */
const CLIENT_HEADER = 'x-berth-client';

/**
 * Returns whether a request comes from Berth's own pages. Browsers send Sec-Fetch-Site over HTTPS and to localhost, and
 * Origin everywhere. A request with neither comes from a program: `own` if it has Berth's own header, otherwise
 * `unknown`.
 */
export function siteOf(request: FastifyRequest, publicUrl: string | undefined): 'own' | 'other' | 'unknown' {
  const { origin } = request.headers;
  const fetchSite = request.headers['sec-fetch-site'];
  if (fetchSite !== undefined) return fetchSite === 'same-origin' ? 'own' : 'other';
  if (origin !== undefined) return isOwnOrigin(origin, request, publicUrl) ? 'own' : 'other';
  return request.headers[CLIENT_HEADER] === undefined ? 'unknown' : 'own';
}
