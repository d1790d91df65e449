import { getDomain } from 'tldts';
import { isLoopback } from '../core/service-url.ts';

/** How to prevent previews from setting cookies for Berth's own domain. */
export const SIBLING_FIX =
  'set BERTH_PREVIEW_DOMAIN to a name below another registrable domain; see docs/previews.md';

/**
 * Returns the problem if previews share a registrable domain with Berth, by the public suffix list: pages of learners
 * can set cookies for that domain, which browsers then send to Berth ("cookie tossing"). Returns undefined otherwise.
 * Pure.
 */
export function previewSiblingProblem({
  publicUrl,
  previewDomain,
}: {
  publicUrl: string | undefined;
  previewDomain: string | undefined;
}): string | undefined {
  if (publicUrl === undefined || previewDomain === undefined || isLoopback(previewDomain)) return undefined;
  const { hostname } = new URL(publicUrl);
  const shared = registrableDomain(hostname);
  if (shared === undefined || shared !== registrableDomain(previewDomain)) return undefined;
  return `previews below ${previewDomain} can set cookies for ${shared}, which browsers also send to ${hostname}`;
}

/** Returns the registrable domain of a name; for a name without a known suffix, such as berth.internal, its last two labels. */
function registrableDomain(hostname: string): string | undefined {
  return getDomain(hostname, { allowPrivateDomains: true }) ?? undefined;
}
