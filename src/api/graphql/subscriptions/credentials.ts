import type { FastifyRequest } from 'fastify';
import { fault } from '../../../core/errors.ts';
import { readBearer } from '../../http/bearer.ts';
import type { SessionCookie } from '../../http/session-cookie.ts';
import type { Actor } from '../../../domains/identity/actor.ts';
import type { AuthenticationService } from '../../../domains/identity/user.ts';

export interface CredentialSource {
  authentication: Pick<AuthenticationService, 'byToken' | 'byWebSession'>;
  cookie: SessionCookie;
}

/**
 * How a connection finds out who it is for, now and again later: by the token of its first message
 * (`{ Authorization: 'Bearer …' }` or `{ token: '…' }`), else by what its upgrade was let in with.
 * Undefined for a connection without credentials.
 */
export function credentialsOf(
  { authentication, cookie }: CredentialSource,
  request: FastifyRequest,
  payload: Readonly<Record<string, unknown>> | undefined,
): (() => Promise<Actor>) | undefined {
  const given = payload?.['token'];
  if (typeof given === 'string') return () => authentication.byToken(given);
  const authorization =
    payload?.['Authorization'] ?? payload?.['authorization'] ?? request.headers.authorization;
  if (typeof authorization === 'string') {
    return async () => authentication.byToken(readBearer(authorization));
  }
  // A cookie counts where the upgrade was let in by it: it came from a page of our own.
  const secret = request.actor && cookie.read(request);
  if (secret === undefined) return undefined;
  return async () => {
    const actor = await authentication.byWebSession(secret);
    if (!actor) throw fault('UNAUTHENTICATED');
    return actor;
  };
}
