import type { IncomingMessage } from 'node:http';
import { withoutOwnCookies } from './preview-cookie.ts';

/** Of one connection only (RFC 9110, 7.6.1), or told anew here. */
const DROPPED = new Set([
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
const DROPPED_PREFIX = /^x-(forwarded|berth)-/;
/** Tokens of Berth's API: what a reader's tools send to Berth must not end in a container. */
const BERTH_TOKEN = /^bearer\s+berth/i;
/** Methods that mean nothing by a body: without one they say nothing of its length. */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** Headers as `http.request` takes them: names and values by turns, repeated ones as they came. */
export type RawHeaders = string[];

/**
 * The headers that a container gets: the browser's own, without Berth's cookies and what is of this
 * connection. `upgrade` is the protocol asked for.
 */
export function requestHeaders(
  request: IncomingMessage,
  { scheme, host, upgrade }: { scheme: string; host: string; upgrade?: string },
): RawHeaders {
  const named = connectionNames(request.headers.connection);
  const headers: RawHeaders = [];
  for (const [name, value] of pairs(request.rawHeaders)) {
    const key = name.toLowerCase();
    if (DROPPED.has(key) || DROPPED_PREFIX.test(key) || named.has(key)) continue;
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

/** How the body is told apart from what follows it: always by us, as our own parser understood it. */
function framing({ headers, method = '' }: IncomingMessage): RawHeaders {
  if (headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked'];
  if (headers['content-length'] !== undefined || BODILESS.has(method)) return [];
  return ['Content-Length', '0'];
}

/** Headers that `Connection` says are of this connection only. */
export function connectionNames(connection: string | undefined): Set<string> {
  const names = (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  // Two that are told of the message itself, whatever a client says.
  return new Set(names.filter((name) => name !== '' && name !== 'content-length' && name !== 'host'));
}

/** Raw headers two by two. */
export function* pairs(rawHeaders: readonly string[]): Generator<[name: string, value: string]> {
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    yield [rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''];
  }
}
