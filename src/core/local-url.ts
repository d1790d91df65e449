import { isIPv6 } from 'node:net';

/** Where "all addresses" is listened on, this machine reaches the service by its own name. */
const ALL_ADDRESSES = new Set(['0.0.0.0', '::']);

/** Address at which this machine reaches a service that listens on `host` and `port`; no slash at its end. */
export function localUrl(host: string, port: number): string {
  if (ALL_ADDRESSES.has(host)) return `http://localhost:${port}`;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Whether a host name is of the machine that asks: what listens there is reached by nobody else. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[?::1\]?)$|\.localhost$/.test(hostname);
}
