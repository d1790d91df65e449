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

/** How to fix unencrypted connections. */
export const HTTPS_FIX =
  'put a proxy with a certificate in front, and set BERTH_PUBLIC_URL to its https address; see docs/operations.md';

/**
 * Returns what can be read on the network if people access Berth or its previews by HTTP from other hosts; undefined if
 * they do not. Pure.
 */
export function plainHttpProblem({
  publicUrl,
  previewDomain,
}: {
  publicUrl: string | undefined;
  previewDomain: string | undefined;
}): string | undefined {
  if (publicUrl?.startsWith('https:')) return undefined;
  const exposed = [
    publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname) && `sign-ins at ${publicUrl}`,
    previewDomain !== undefined && !isLoopback(previewDomain) && `previews below ${previewDomain}`,
  ].filter((each) => each !== false);
  if (exposed.length === 0) return undefined;
  return `cookies of ${exposed.join(' and of ')} are sent over the network by HTTP, where others can read them`;
}
