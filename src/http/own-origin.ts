/**
 * Whether a page at `origin` is one of Berth's own: of the public address, or of the very host that
 * was asked, since the two differ on the machine itself. Where the host is the public address's own,
 * only its scheme counts; elsewhere a proxy may speak another than the service. Pages without an
 * origin of their own call themselves "null" and are nobody's.
 */
export function isOwnOrigin(origin: string, host: string, publicUrl: string | undefined): boolean {
  const page = readWebAddress(origin);
  if (page === undefined || page.origin !== origin) return false;
  const known = publicUrl === undefined ? undefined : readWebAddress(publicUrl);
  if (page.origin === known?.origin) return true;
  return page.host === host && page.host !== known?.host;
}

/** An http or https address; undefined for anything else. */
export function readWebAddress(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}
