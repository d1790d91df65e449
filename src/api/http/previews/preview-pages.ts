import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault, FaultCode } from '../../../core/errors.ts';
import { escapeHtml, htmlPage } from '../html-page.ts';
import { PROBLEM_TYPE, toProblem } from '../problem.ts';

/** Seconds after which a page asks again by itself while its server starts. */
const ASK_AGAIN_S = 3;

/** Nothing but its own style; Berth's own pages need no more. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/** Worth asking again soon: a server that starts, a session that gets ready. */
const PASSING = new Set<FaultCode>([
  'PORT_CLOSED',
  'MACHINE_NOT_RUNNING',
  'SESSION_NOT_READY',
  'PREVIEW_LIMIT',
  'ENGINE_UNREACHABLE',
  'SHUTTING_DOWN',
]);

const titles: Partial<Record<FaultCode, string>> = {
  PORT_CLOSED: 'Nothing answers here yet',
  PREVIEW_BROKEN: 'That was no answer',
  PREVIEW_REFUSED: 'Open this from the lab',
  PREVIEW_UNKNOWN: 'There is nothing here',
  SESSION_NOT_FOUND: 'There is nothing here',
  SESSION_NOT_READY: 'The lab does not run now',
};

/** Answers with Berth's own page, which says what to do; programs get a problem. */
export function sendPreviewFault(
  request: IncomingMessage,
  response: ServerResponse,
  error: Fault,
  { appOrigin }: { appOrigin: string | undefined },
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const html = request.headers.accept?.includes('text/html') ?? false;
  const body = html
    ? page(error, request.method ?? '', appOrigin)
    : JSON.stringify(toProblem(error, randomUUID()));
  response.writeHead(error.status, {
    'content-type': html ? 'text/html; charset=utf-8' : PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // What is left of a body is not read.
    ...(!request.complete && { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function page(error: Fault, method: string, appOrigin: string | undefined): string {
  const again = method === 'GET' && PASSING.has(error.code);
  const notes = [
    escapeHtml(error.message),
    ...(again ? ['This page asks again by itself.'] : []),
    ...(appOrigin === undefined ? [] : [`<a href="${escapeHtml(appOrigin)}/">Back to Berth</a>`]),
  ];
  return htmlPage({
    title: titles[error.code] ?? 'This cannot be shown',
    content: notes.map((note) => `<p>${note}</p>`).join('\n  '),
    ...(again && { head: `<meta http-equiv="refresh" content="${ASK_AGAIN_S}">` }),
  });
}
