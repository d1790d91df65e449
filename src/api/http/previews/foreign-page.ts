import type { IncomingMessage } from 'node:http';
import { fault } from '../../../core/errors.ts';
import type { PreviewTarget } from '../../../domains/previews/preview.ts';

/** Values of Sec-Fetch-Site for requests of other origins. Pages cannot set this header. */
const FROM_ELSEWHERE = new Set(['same-site', 'cross-site']);
const SAFE_METHODS = new Set(['GET', 'HEAD']);

/**
 * Rejects requests that a page of another session sends with the cookies of a user who views both. To browsers all
 * previews are one site, and WebSockets have no same-origin rule. Ports of the same session may access each other, and
 * links may come from anywhere. @throws PREVIEW_ORIGIN_REFUSED
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
  // Browsers without Sec-Fetch-Site send the origin of every request that could do harm.
  const suspect = typeof site === 'string' && FROM_ELSEWHERE.has(site) ? !link : origin !== undefined;
  if (!suspect) return;
  const page = origin ?? (referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : 'null');
  if (targetOfOrigin(page)?.sessionId !== target.sessionId) {
    throw fault('PREVIEW_ORIGIN_REFUSED', { origin: page });
  }
}
