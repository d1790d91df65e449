/** Where a request went, as Fastify has it. */
export interface Asked {
  protocol: string;
  host: string;
}

/**
 * Whether a page at `origin` is one of Berth's own: of the public address, or of the very address
 * that was asked, since the two differ on the machine itself. On the public address's host only its
 * own scheme counts. Pages without an origin of their own call themselves "null" and are nobody's.
 */
export function isOwnOrigin(origin: string, asked: Asked, publicUrl: string | undefined): boolean {
  const page = readWebAddress(origin);
  if (page === undefined || page.origin !== origin) return false;
  const known = publicUrl === undefined ? undefined : readWebAddress(publicUrl);
  if (page.host === known?.host) return page.origin === known.origin;
  return origin === `${asked.protocol}://${asked.host}`;
}

/** An http or https address; undefined for anything else. */
export function readWebAddress(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}
