/** Says whether a page at `origin` may open terminals on the service that was reached as `host`. */
export type OriginCheck = (origin: string | undefined, host: string) => boolean;

/**
 * Browsers always tell the page's origin, and other clients need not: without one there is no page
 * to misuse. Pages of the public address and of the allowed origins may; where no public address is
 * set, so may pages of the very host that was asked.
 */
export function createOriginCheck(options: {
  publicUrl: string | undefined;
  allowedOrigins: readonly string[];
}): OriginCheck {
  const allowed = new Set(options.allowedOrigins.map((origin) => originOf(origin) ?? origin));
  const publicOrigin = originOf(options.publicUrl);
  if (publicOrigin !== undefined) allowed.add(publicOrigin);

  return (origin, host) => {
    if (origin === undefined) return true;
    if (allowed.has(origin)) return true;
    return publicOrigin === undefined && URL.canParse(origin) && new URL(origin).host === host;
  };
}

function originOf(address: string | undefined): string | undefined {
  return address !== undefined && URL.canParse(address) ? new URL(address).origin : undefined;
}
