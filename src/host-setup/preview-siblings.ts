import { getDomain } from 'tldts';
import { isLoopback } from '../core/local-url.ts';

/** What helps against cookies that previews set for Berth's own domain. */
export const SIBLING_MEND =
  'set BERTH_PREVIEW_DOMAIN to a name below another registrable domain; docs/previews.md has more';

/**
 * What pages of learners can do where previews share a registrable domain with Berth, by the public
 * suffix list: set cookies for that domain, which browsers then send to Berth and its neighbours ("cookie
 * tossing"). Undefined where they cannot. Pure.
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
  return `previews below ${previewDomain} can set cookies for ${shared}, which browsers send to ${hostname} as well`;
}

/** The name that its owner registered; of a name without a known suffix, such as berth.internal, its last two labels. */
function registrableDomain(hostname: string): string | undefined {
  return getDomain(hostname, { allowPrivateDomains: true }) ?? undefined;
}
