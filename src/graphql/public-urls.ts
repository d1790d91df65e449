import type { FastifyRequest } from 'fastify';
import type { PublicUrls } from './context.ts';

/** Addresses under the public address, or where none is set under the one that the request went to. */
export function publicUrls(request: FastifyRequest, publicUrl: string | undefined): PublicUrls {
  const base = publicUrl ?? `${request.protocol}://${request.host}`;
  return {
    signIn: (secret) => `${base}/sign-in/${secret}`,
    terminal: (id) => `${base.replace(/^http/, 'ws')}/ws/terminals/${id}`,
  };
}
