import type { IncomingMessage } from 'node:http';
import { fault } from '../../../core/errors.ts';
import type { PreviewTarget } from '../../../domains/previews/preview.ts';

/** Where browsers say the request came from; pages cannot write it. */
const FROM_ELSEWHERE = new Set(['same-site', 'cross-site']);
const SAFE_METHODS = new Set(['GET', 'HEAD']);

/**
 * Keeps pages of other sessions from asking for what is in this one by the cookies of a user who looks
 * at both: previews are one site to a browser, and sockets have no same-origin rule at all. Ports of
 * one session may ask each other; links may come from anywhere. @throws PREVIEW_ORIGIN_REFUSED
 */
export function refuseForeignPage(
  request: IncomingMessage,
  target: PreviewTarget,
  targetOfOrigin: (origin: string) => PreviewTarget | undefined,
): void {
  const { origin, referer } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return;
  const link = request.headers['sec-fetch-mode'] === 'navigate' && SAFE_METHODS.has(request.method ?? '');
  // Browsers that say nothing of the site say the origin of what could do harm.
  const suspect = typeof site === 'string' && FROM_ELSEWHERE.has(site) ? !link : origin !== undefined;
  if (!suspect) return;
  const page = origin ?? (referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : 'null');
  if (targetOfOrigin(page)?.sessionId !== target.sessionId) {
    throw fault('PREVIEW_ORIGIN_REFUSED', { origin: page });
  }
}
