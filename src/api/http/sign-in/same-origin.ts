import type { FastifyRequest } from 'fastify';
import { isOwnOrigin } from './own-origin.ts';

/** A header that pages of other sites cannot send without being asked first, which Berth refuses. */
const CLIENT_HEADER = 'x-berth-client';

/**
 * Whether a request comes from Berth's own pages. Browsers say so in Sec-Fetch-Site over https and
 * to localhost, and in Origin everywhere; what sends neither is no browser: a program that says so
 * by its own header, or `unknown`.
 */
export function siteOf(request: FastifyRequest, publicUrl: string | undefined): 'own' | 'other' | 'unknown' {
  const { origin } = request.headers;
  const fetchSite = request.headers['sec-fetch-site'];
  if (fetchSite !== undefined) return fetchSite === 'same-origin' ? 'own' : 'other';
  if (origin !== undefined) return isOwnOrigin(origin, request, publicUrl) ? 'own' : 'other';
  return request.headers[CLIENT_HEADER] === undefined ? 'unknown' : 'own';
}
