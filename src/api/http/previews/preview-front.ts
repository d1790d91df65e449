import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { guard } from '../../../core/containment.ts';
import type { Contained } from '../../../core/containment.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { PreviewService, PreviewTarget } from '../../../domains/previews/preview.ts';
import type { OtherHost } from '../front-door.ts';
import { ENTER, isLocalPath } from './enter-path.ts';
import { refuseForeignPage } from './foreign-page.ts';
import { createPassage, hasBody, responseOn } from './passage.ts';
import type { Asked } from './passage.ts';
import { createPreviewCookie } from './preview-cookie.ts';
import { hostOf } from './preview-hosts.ts';
import type { PreviewHosts } from './preview-hosts.ts';
import { sendPreviewFault } from './preview-pages.ts';

/** Addresses below this are Berth's own at every preview. */
const OWN_PATH = /^\/__berth(\/|$)/;
/** A WebSocket on which nothing moves for so long is closed, in milliseconds. */
const SOCKET_IDLE_MS = 60 * 60_000;

/** Answers at the hosts of previews. */
export function createPreviewFront({
  previews,
  hosts,
  log,
  contained,
}: {
  previews: PreviewService;
  hosts: PreviewHosts;
  log: Log;
  contained: Contained;
}): OtherHost & { close(): void } {
  const cookie = createPreviewCookie(hosts);
  const passage = createPassage(previews, contained);
  let closing = false;

  /** @throws INPUT_INVALID, PREVIEW_UNKNOWN */
  function readTarget(request: IncomingMessage): { host: string; target: PreviewTarget } {
    const host = hostOf(request);
    if (host === undefined) throw fault('INPUT_INVALID', { problem: 'A request has one Host.' });
    const target = hosts.target(host);
    if (!target) throw fault('PREVIEW_UNKNOWN');
    const url = request.url ?? '';
    // With a whole address in the first line there are two hosts, of which each reader chooses its own.
    if (!url.startsWith('/') && !(url === '*' && request.method === 'OPTIONS')) {
      throw fault('INPUT_INVALID', { problem: 'The address of a request begins with "/".' });
    }
    return { host, target };
  }

  /** Admits a request whose user may see this port now. @throws what `reach` throws, PREVIEW_ORIGIN_REFUSED */
  async function admit(request: IncomingMessage, host: string, target: PreviewTarget): Promise<Asked> {
    if (closing) throw fault('SHUTTING_DOWN');
    const port = await previews.reach(target, cookie.read(request.headers.cookie));
    refuseForeignPage(request, target, (origin) => hosts.targetOfOrigin(origin));
    previews.touch(target.sessionId);
    return { request, port, host, scheme: hosts.scheme, appOrigin: hosts.appOrigin(host) };
  }

  /** Uses a grant up; a page that is loaded again has its cookie already. */
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
      await previews.reach(target, cookie.read(request.headers.cookie));
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
    passage.carry(asked, response, (error) => refuse(request, response, error));
  }

  async function upgrade(
    request: IncomingMessage,
    socket: Socket,
    { head, response }: { head: Buffer; response: () => ServerResponse },
  ): Promise<void> {
    const { host, target } = readTarget(request);
    if (OWN_PATH.test(request.url ?? '')) throw fault('NOT_FOUND', { thing: 'page' });
    if (hasBody(request)) {
      throw fault('INPUT_INVALID', { problem: 'A request that asks for another protocol has no body here.' });
    }
    const asked = await admit(request, host, target);
    const refuseHere = (error: Fault) => refuse(request, response(), error);
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      passage.carry(asked, response(), refuseHere);
      return;
    }
    socket.setTimeout(SOCKET_IDLE_MS, () => socket.destroy());
    const sending = () => previews.touch(target.sessionId);
    passage.carryUpgrade(asked, { socket, head, sending, response }, refuseHere);
  }

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const known = isFault(error) ? error : fault('INTERNAL', {}, error);
    if (known.code === 'INTERNAL') contained('preview', error, { host: request.headers.host });
    else if (known.status === 503) log.warn({ err: known }, 'A preview failed.');
    sendPreviewFault(request, response, known, { appOrigin: hosts.appOrigin(request.headers.host ?? '') });
  }

  return {
    owns: ({ headers }) => hosts.owns(headers.host),

    request(request, response) {
      guard({ contained, boundary: 'preview', fail: () => response.destroy() }, () =>
        answer(request, response).catch((error: unknown) => refuse(request, response, error)),
      )();
    },

    upgrade(request, socket, head) {
      // A client that goes is no error; without a listener it would end the process.
      socket.on('error', () => socket.destroy());
      // A socket takes one response: a second would throw.
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
      passage.close();
    },
  };
}
