import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { guard } from '../../../core/containment.ts';
import type { Contained } from '../../../core/containment.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { PreviewService, PreviewTarget } from '../../../domains/previews/preview.ts';
import type { PreviewHost } from '../host-router.ts';
import { ENTER, isLocalPath, hostOf } from '../../shared/preview-hosts.ts';
import { createPreviewProxy, hasBody, responseOn } from './preview-proxy.ts';
import type { ProxiedRequest } from './preview-proxy.ts';
import { createPreviewCookie } from './preview-cookie.ts';
import type { PreviewHosts } from '../../shared/preview-hosts.ts';
import { sendPreviewFault } from './preview-pages.ts';

/** Paths on every preview host that belong to Berth. */
const OWN_PATH = /^\/__berth(\/|$)/;
/** Maximum time without data on a WebSocket, in milliseconds. */
const SOCKET_IDLE_MS = 60 * 60_000;

/** Creates the handler of requests to preview hosts. */
function createPreviewHandler({
  previews,
  hosts,
  log,
  contained,
}: {
  previews: PreviewService;
  hosts: PreviewHosts;
  log: Log;
  contained: Contained;
}): PreviewHost & { close(): void } {
  const cookie = createPreviewCookie(hosts);
  const proxy = createPreviewProxy(previews, contained);
  let closing = false;

  /** @throws INPUT_INVALID, PREVIEW_UNKNOWN */
  function readTarget(request: IncomingMessage): { host: string; target: PreviewTarget } {
    const host = hostOf(request);
    if (host === undefined)
      throw fault('INPUT_INVALID', { problem: 'A request must have exactly one Host header.' });
    const target = hosts.target(host);
    if (!target) throw fault('PREVIEW_UNKNOWN');
    const url = request.url ?? '';
    // An absolute URL in the request line is a second host, and parsers differ in which one they use.
    if (!url.startsWith('/') && !(url === '*' && request.method === 'OPTIONS')) {
      throw fault('INPUT_INVALID', { problem: 'The path of a request must start with "/".' });
    }
    return { host, target };
  }

  /** Authorises a request for this port. @throws the errors of `PreviewService.authorize`, PREVIEW_ORIGIN_REFUSED */
  async function admit(
    request: IncomingMessage,
    host: string,
    target: PreviewTarget,
  ): Promise<ProxiedRequest> {
    if (closing) throw fault('SHUTTING_DOWN');
    const port = await previews.authorize(target, cookie.read(request.headers.cookie));
    refuseForeignPage(request, target, (origin) => hosts.targetOfOrigin(origin));
    previews.touch(target.sessionId);
    return { request, port, host, scheme: hosts.scheme, appOrigin: hosts.appOrigin(host) };
  }

  /** Exchanges a grant for a cookie. When the page is loaded again, it already has its cookie. */
  async function enter(request: IncomingMessage, response: ServerResponse, target: PreviewTarget) {
    const { searchParams } = new URL(request.url ?? '', 'http://preview');
    const to = searchParams.get('to') ?? '/';
    if (!isLocalPath(to)) throw fault('INPUT_INVALID', { problem: '"to" must be a path, such as /docs.' });
    const headers = { location: to, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
    try {
      const { secret, expiresAt } = await previews.enter(target, searchParams.get('grant') ?? '');
      response.writeHead(303, { ...headers, 'set-cookie': cookie.set(secret, expiresAt) }).end();
    } catch (error) {
      if (!isFault(error, 'PREVIEW_REFUSED')) throw error;
      await previews.authorize(target, cookie.read(request.headers.cookie));
      response.writeHead(303, headers).end();
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host, target } = readTarget(request);
    if (OWN_PATH.test(request.url ?? '')) {
      const [path] = (request.url ?? '').split('?');
      if (path !== ENTER || request.method !== 'GET') throw fault('NOT_FOUND', { thing: 'page' });
      await enter(request, response, target);
      return;
    }
    const asked = await admit(request, host, target);
    proxy.forward(asked, response, (error) => refuse(request, response, error));
  }

  async function upgrade(
    request: IncomingMessage,
    socket: Socket,
    { head, response }: { head: Buffer; response: () => ServerResponse },
  ): Promise<void> {
    const { host, target } = readTarget(request);
    if (OWN_PATH.test(request.url ?? '')) throw fault('NOT_FOUND', { thing: 'page' });
    if (hasBody(request)) {
      throw fault('INPUT_INVALID', { problem: 'An upgrade request must not have a body here.' });
    }
    const asked = await admit(request, host, target);
    const refuseHere = (error: Fault) => refuse(request, response(), error);
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      proxy.forward(asked, response(), refuseHere);
      return;
    }
    socket.setTimeout(SOCKET_IDLE_MS, () => socket.destroy());
    const sending = () => previews.touch(target.sessionId);
    proxy.forwardUpgrade(asked, { socket, head, sending, response }, refuseHere);
  }

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const known = isFault(error) ? error : fault('INTERNAL', {}, error);
    const { host = '' } = request.headers;
    const requestId = randomUUID();
    if (known.code === 'INTERNAL') contained('preview', error, { host, requestId });
    else if (known.status === 503) log.warn({ err: known, requestId }, 'preview failed');
    sendPreviewFault(request, response, known, { requestId, appOrigin: hosts.appOrigin(host) });
  }

  return {
    owns: ({ headers }) => hosts.owns(headers.host),

    request(request, response) {
      guard({ contained, boundary: 'preview', fail: () => response.destroy() }, () =>
        answer(request, response).catch((error: unknown) => refuse(request, response, error)),
      )();
    },

    upgrade(request, socket, head) {
      // A disconnecting client is not an error, but without a listener it would end the process.
      socket.on('error', () => socket.destroy());
      // A socket accepts only one response; a second one would throw.
      let made: ServerResponse | undefined;
      const response = () => (made ??= responseOn(request, socket));
      guard({ contained, boundary: 'preview', fail: () => socket.destroy() }, () =>
        upgrade(request, socket, { head, response }).catch((error: unknown) => {
          if (!socket.destroyed) refuse(request, response(), error);
        }),
      )();
    },

    close() {
      closing = true;
      proxy.close();
    },
  };
}

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

/** Serves previews at their own hosts, where the app's routes are not reachable. */
export function registerPreviews(
  app: FastifyInstance,
  { previews, hosts, contained }: { previews: PreviewService; hosts: PreviewHosts; contained: Contained },
): void {
  const handler = createPreviewHandler({ previews, hosts, log: app.log, contained });
  app.hostRouter.setPreviewHost(handler);
  app.addHook('preClose', async () => handler.close());
}
