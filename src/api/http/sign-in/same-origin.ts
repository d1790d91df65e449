import type { FastifyRequest } from 'fastify';
import { isOwnOrigin } from '../../shared/own-origin.ts';

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
