import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault, FaultCode } from '../../../core/errors.ts';
import { escapeHtml, htmlPage } from '../html-page.ts';
import { PROBLEM_TYPE, toProblem } from '../problem.ts';

/** Seconds between automatic reloads of a page while its server starts. */
const RELOAD_SECONDS = 3;

/** Allows only inline styles, which is enough for Berth's own pages. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/** Temporary errors that a reload can resolve: the server or the session is starting. */
const TEMPORARY = new Set<FaultCode>([
  'PORT_CLOSED',
  'MACHINE_NOT_RUNNING',
  'SESSION_NOT_READY',
  'PREVIEW_LIMIT',
  'ENGINE_UNREACHABLE',
  'SHUTTING_DOWN',
]);

const titles: Partial<Record<FaultCode, string>> = {
  PORT_CLOSED: 'Nothing responds here yet',
  PREVIEW_BROKEN: 'Invalid response',
  PREVIEW_REFUSED: 'Open this from the lab',
  PREVIEW_UNKNOWN: 'There is nothing here',
  SESSION_NOT_FOUND: 'There is nothing here',
  SESSION_NOT_READY: 'The lab is not running',
};

/** Sends an error page that says what to do, or to programs a problem with the id that the log has. */
export function sendPreviewFault(
  request: IncomingMessage,
  response: ServerResponse,
  error: Fault,
  { requestId, appOrigin }: { requestId: string; appOrigin: string | undefined },
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const html = request.headers.accept?.includes('text/html') ?? false;
  const body = html
    ? page(error, request.method ?? '', appOrigin)
    : JSON.stringify(toProblem(error, requestId));
  response.writeHead(error.status, {
    'content-type': html ? 'text/html; charset=utf-8' : PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // The rest of a body is not read.
    ...(!request.complete && { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function page(error: Fault, method: string, appOrigin: string | undefined): string {
  const again = method === 'GET' && TEMPORARY.has(error.code);
  const notes = [
    escapeHtml(error.message),
    ...(again ? ['This page reloads automatically.'] : []),
    ...(appOrigin === undefined ? [] : [`<a href="${escapeHtml(appOrigin)}/">Back to Berth</a>`]),
  ];
  return htmlPage({
    title: titles[error.code] ?? 'This page cannot be shown',
    content: notes.map((note) => `<p>${note}</p>`).join('\n  '),
    ...(again && { head: `<meta http-equiv="refresh" content="${RELOAD_SECONDS}">` }),
  });
}
