import type { IncomingMessage } from 'node:http';
import { ownHostCookie } from './preview-cookie.ts';
import { connectionNames, pairs } from './request-headers.ts';
import type { RawHeaders } from './request-headers.ts';

/**
 * Of one connection only, and two that reach beyond the container's own host: `Clear-Site-Data` signs
 * people out of Berth where it shares their domain, `Alt-Svc` sends them past it.
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
 * The headers of a container's answer that a browser gets. Only the page itself and the app may frame
 * it; a policy of the container's own stays beside this one.
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
