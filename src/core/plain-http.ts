import { isLoopback } from './local-url.ts';

/** What helps against what can be read on the way. */
export const HTTPS_MEND =
  'put a proxy with a certificate in front, and give BERTH_PUBLIC_URL its https address; docs/operations.md has more';

/**
 * What anybody on the way can read where people reach Berth, or its previews, by http from other
 * machines; undefined where there is no such way. Pure.
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
  return `cookies of ${exposed.join(' and of ')} go over the network by http, where they can be read`;
}
