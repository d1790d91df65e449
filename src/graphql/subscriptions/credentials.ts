import type { FastifyRequest } from 'fastify';
import { fault } from '../../errors.ts';
import type { SessionCookie } from '../../http/session-cookie.ts';
import type { Actor } from '../../identity/actor.ts';
import type { AuthenticationService } from '../../identity/user.ts';

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
  const token = tokenOf(payload) ?? readBearer(request.headers.authorization);
  if (token !== undefined) return () => authentication.byToken(token);
  // A cookie counts where the upgrade was let in by it: it came from a page of our own.
  const secret = request.actor && cookie.read(request);
  if (secret === undefined) return undefined;
  return async () => {
    const actor = await authentication.byWebSession(secret);
    if (!actor) throw fault('UNAUTHENTICATED');
    return actor;
  };
}

function tokenOf(payload: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (!payload) return undefined;
  const { token, Authorization, authorization } = payload;
  if (typeof token === 'string') return token;
  return readBearer(Authorization ?? authorization);
}

function readBearer(value: unknown): string | undefined {
  return typeof value === 'string' ? (/^Bearer +(\S+) *$/i.exec(value)?.[1] ?? value) : undefined;
}
