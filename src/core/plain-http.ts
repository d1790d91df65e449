import { isLoopback } from './local-url.ts';

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
