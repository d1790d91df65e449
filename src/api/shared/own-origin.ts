/** Protocol and host of a request, as in Fastify. */
export interface RequestAddress {
  protocol: string;
  host: string;
}

/**
 * Returns whether a page at `origin` is one of Berth's own: at the public address, or at the address of the request,
 * which differs on Berth's own host. On the host of the public address, only its scheme counts. The origin "null" of
 * sandboxed pages never counts.
 */
export function isOwnOrigin(origin: string, asked: RequestAddress, publicUrl: string | undefined): boolean {
  const page = readWebAddress(origin);
  if (page === undefined || page.origin !== origin) return false;
  const known = publicUrl === undefined ? undefined : readWebAddress(publicUrl);
  if (page.host === known?.host) return page.origin === known.origin;
  return origin === `${asked.protocol}://${asked.host}`;
}

/** Parses an http or https URL; returns undefined for anything else. */
export function readWebAddress(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}
