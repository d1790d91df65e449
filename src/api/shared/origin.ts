import { isOwnOrigin, readWebAddress } from './own-origin.ts';
import type { RequestAddress } from './own-origin.ts';

/** Returns whether a page at `origin` may open a WebSocket to the service at the address `asked`. */
export type OriginCheck = (origin: string | undefined, asked: RequestAddress) => boolean;

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
