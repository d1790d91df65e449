import { isOwnOrigin, readWebAddress } from '../http/sign-in/own-origin.ts';
import type { Asked } from '../http/sign-in/own-origin.ts';

/** Says whether a page at `origin` may open sockets to the service that was reached as `asked`. */
export type OriginCheck = (origin: string | undefined, asked: Asked) => boolean;

/**
 * Browsers always tell the page's origin, and other clients need not: without one there is no page
 * to misuse. Berth's own pages may, and those of the allowed origins.
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
