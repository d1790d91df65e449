/** Returns whether a page at `origin` may open a WebSocket to the service at the address `asked`. */
type OriginCheck = (origin: string | undefined, asked: RequestAddress) => boolean;

/**
 * Creates the check that allows Berth's own pages and those of the allowed origins. Browsers always send the origin of
 * the page. Other clients need none, because there is no page to misuse.
 */
export function createOriginCheck(options: {
  publicUrl: string | undefined;
  allowedOrigins: readonly string[];
}): OriginCheck {
  const { publicUrl } = options;
  const allowed = new Set(options.allowedOrigins.map((address) => readWebAddress(address)?.origin));

  return (origin, asked) =>
    origin === undefined || allowed.has(origin) || isOwnOrigin(origin, asked, publicUrl);
}

/** Protocol and host of a request, as in Fastify. */
interface RequestAddress {
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
function readWebAddress(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}
