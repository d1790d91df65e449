import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';
import { fault } from '../../core/errors.ts';

export type SessionCookie = ReturnType<typeof createSessionCookie>;

/**
 * Creates the session cookie of signed-in browsers. With HTTPS its name is `__Host-berth`, which browsers accept only
 * from this host and only over HTTPS.
 */
export function createSessionCookie({ publicUrl }: { publicUrl: string | undefined }) {
  const secure = publicUrl?.startsWith('https:') ?? false;
  const name = secure ? '__Host-berth' : 'berth';
  // Lax: a link from the LMS opens Berth signed in, but a form of another site is sent without the cookie.
  const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const;
  return {
    name,
    read: (request: FastifyRequest): string | undefined => request.cookies[name],
    set(reply: FastifyReply, secret: string, expiresAt: Date): void {
      void reply.setCookie(name, secret, { ...attributes, expires: expiresAt });
    },
    clear(reply: FastifyReply): void {
      void reply.clearCookie(name, attributes);
    },
  };
}

/** Returns the token in `Bearer …`. @throws UNAUTHENTICATED for any other scheme */
export function readBearer(authorization: string): string {
  const secret = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (secret === undefined) throw fault('UNAUTHENTICATED');
  return secret;
}
