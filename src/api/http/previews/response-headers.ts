import type { IncomingMessage } from 'node:http';
import { ownHostCookie } from './preview-cookie.ts';
import { connectionNames, pairs } from './request-headers.ts';
import type { RawHeaders } from './request-headers.ts';

/**
 * Hop-by-hop headers, and two that affect more than the container's own host: `Clear-Site-Data` would sign people out of
 * Berth on a shared domain, and `Alt-Svc` would make browsers bypass Berth.
 */
const DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'clear-site-data',
  'alt-svc',
]);

/**
 * Returns the headers of a container's response for the browser. Only the page itself and the app may frame it. The
 * container's own policy remains in addition.
 */
export function responseHeaders(
  answer: IncomingMessage,
  { appOrigin }: { appOrigin: string | undefined },
): RawHeaders {
  const named = connectionNames(answer.headers.connection);
  const headers: RawHeaders = [];
  for (const [name, value] of pairs(answer.rawHeaders)) {
    const key = name.toLowerCase();
    if (DROPPED.has(key) || named.has(key)) continue;
    const kept = key === 'set-cookie' ? ownHostCookie(value) : value;
    if (kept !== undefined) headers.push(name, kept);
  }
  const framers = ["'self'", ...(appOrigin === undefined ? [] : [appOrigin])];
  headers.push('Content-Security-Policy', `frame-ancestors ${framers.join(' ')}`);
  return headers;
}
