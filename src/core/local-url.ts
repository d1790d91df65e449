import { isIPv6 } from 'node:net';

/** Values for "all addresses". The host itself then uses the name localhost. */
const ALL_ADDRESSES = new Set(['0.0.0.0', '::']);

/** Returns the URL at which this host can access a service that listens on `host` and `port`, without a trailing slash. */
export function localUrl(host: string, port: number): string {
  if (ALL_ADDRESSES.has(host)) return `http://localhost:${port}`;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Returns whether a host name is a loopback name, which no other host can access. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[?::1\]?)$|\.localhost$/.test(hostname);
}
