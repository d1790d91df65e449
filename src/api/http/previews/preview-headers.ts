import type { IncomingMessage } from 'node:http';
import { withoutOwnCookies, ownHostCookie } from './preview-cookie.ts';

/**
 * Hop-by-hop headers (RFC 9110, 7.6.1), headers that would contradict the X-Forwarded-* headers set here, and headers
 * that Berth answers itself.
 */
const DROPPED_FROM_REQUEST = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'forwarded',
  'x-real-ip',
]);
const DROPPED_FROM_REQUEST_PREFIX = /^x-(forwarded|berth)-/;
/** Tokens of Berth's API, which must not reach a container. */
const BERTH_TOKEN = /^bearer\s+berth/i;
/** Methods whose body has no meaning. Without a body they need no Content-Length. */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** Headers for `http.request`: names and values alternate, and repeated headers stay separate. */
export type RawHeaders = string[];

/**
 * Returns the headers for a container: the browser's, without Berth's cookies and hop-by-hop headers. `upgrade` is the
 * requested protocol.
 */
export function requestHeaders(
  request: IncomingMessage,
  { scheme, host, upgrade }: { scheme: string; host: string; upgrade?: string },
): RawHeaders {
  const named = connectionNames(request.headers.connection);
  const headers: RawHeaders = [];
  for (const [name, value] of pairs(request.rawHeaders)) {
    const key = name.toLowerCase();
    if (DROPPED_FROM_REQUEST.has(key) || DROPPED_FROM_REQUEST_PREFIX.test(key) || named.has(key)) continue;
    if (upgrade !== undefined && key === 'content-length') continue;
    if (key === 'authorization' && BERTH_TOKEN.test(value)) continue;
    const kept = key === 'cookie' ? withoutOwnCookies(value) : value;
    if (kept !== undefined) headers.push(name, kept);
  }
  headers.push('X-Forwarded-Proto', scheme, 'X-Forwarded-Host', host);
  if (upgrade !== undefined) headers.push('Connection', 'Upgrade', 'Upgrade', upgrade);
  else headers.push(...framing(request));
  return headers;
}

/** Returns the headers that delimit the body, always as Berth's own parser understood it. */
function framing({ headers, method = '' }: IncomingMessage): RawHeaders {
  if (headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked'];
  if (headers['content-length'] !== undefined || BODILESS.has(method)) return [];
  return ['Content-Length', '0'];
}

/** Returns the names of hop-by-hop headers in a `Connection` header. */
function connectionNames(connection: string | undefined): Set<string> {
  const names = (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  // These two describe the message itself, whatever a client declares.
  return new Set(names.filter((name) => name !== '' && name !== 'content-length' && name !== 'host'));
}

/** Yields raw headers as pairs of name and value. */
function* pairs(rawHeaders: readonly string[]): Generator<[name: string, value: string]> {
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    yield [rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''];
  }
}

/**
 * Hop-by-hop headers, and two that affect more than the container's own host: `Clear-Site-Data` would sign people out of
 * Berth on a shared domain, and `Alt-Svc` would make browsers bypass Berth.
 */
const DROPPED_FROM_RESPONSE = new Set([
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
  response: IncomingMessage,
  { appOrigin }: { appOrigin: string | undefined },
): RawHeaders {
  const named = connectionNames(response.headers.connection);
  const headers: RawHeaders = [];
  for (const [name, value] of pairs(response.rawHeaders)) {
    const key = name.toLowerCase();
    if (DROPPED_FROM_RESPONSE.has(key) || named.has(key)) continue;
    const kept = key === 'set-cookie' ? ownHostCookie(value) : value;
    if (kept !== undefined) headers.push(name, kept);
  }
  const framers = ["'self'", ...(appOrigin === undefined ? [] : [appOrigin])];
  headers.push('Content-Security-Policy', `frame-ancestors ${framers.join(' ')}`);
  return headers;
}
