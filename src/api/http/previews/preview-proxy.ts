import { request as askServer, ServerResponse } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { Duplex } from 'node:stream';
import { guard } from '../../../core/containment.ts';
import type { Contained } from '../../../core/containment.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import type { PreviewService, AccessiblePort } from '../../../domains/previews/preview.ts';
import { MachineAgent } from './machine-agent.ts';
import type { MachineRequest } from './machine-agent.ts';
import { requestHeaders, responseHeaders } from './preview-headers.ts';
import type { RawHeaders } from './preview-headers.ts';

/** Maximum time without data of a request or response, in milliseconds. Event streams may be silent that long. */
const IDLE_MS = 10 * 60_000;
/** Maximum attempts for a repeatable request, since the server may have closed all pooled connections. */
const TRIES = 8;
/** Methods that may be sent again if a pooled connection is closed. */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A request to a preview, with its user and its target. */
export interface ProxiedRequest {
  request: IncomingMessage;
  port: AccessiblePort;
  /** Host header as the browser sent it. */
  host: string;
  scheme: string;
  appOrigin: string | undefined;
}

/** Both sides of an upgrade request. */
interface UpgradeSides {
  socket: Duplex;
  head: Buffer;
  /** Called as bytes pass. */
  sending: () => void;
  /** Returns the only response of the socket, for an answer without an upgrade. */
  response: () => ServerResponse;
}

/** Creates the proxy that streams requests to machines, and their responses back. */
export function createPreviewProxy(previews: Pick<PreviewService, 'connect' | 'hold'>, contained: Contained) {
  const kept = new MachineAgent(previews.connect, { keepAlive: true });
  // Requests that must not be repeated, and upgrades, get a new connection.
  const fresh = new MachineAgent(previews.connect, { keepAlive: false });

  /** Wraps listeners of a connection. If one throws, the connection closes. */
  function guardFor(connection: { destroy(): unknown }, { port: { sessionId, port } }: ProxiedRequest) {
    const fail = () => void connection.destroy();
    return <A extends unknown[]>(listener: (...given: A) => unknown) =>
      guard({ contained, boundary: 'preview', details: { sessionId, port }, fail }, listener);
  }

  /** Sends the machine's response on `response`, or calls `refuse` if there is no response. @throws PREVIEW_LIMIT */
  function forward(asked: ProxiedRequest, response: ServerResponse, refuse: (error: Fault) => void): void {
    const { request, port } = asked;
    // The client has already disconnected, before there was a listener.
    if (response.destroyed) return;
    let asking: ClientRequest | undefined;
    const release = previews.hold(port, () => response.destroy());
    const guarded = guardFor(response, asked);
    response.once(
      'close',
      guarded(() => {
        release();
        asking?.destroy();
      }),
    );
    response.setTimeout(IDLE_MS, () => response.destroy());
    const body = hasBody(request);
    const repeatable = !body && REPEATABLE.has(request.method ?? '');

    const ask = (triesLeft: number) => {
      const tried = send(asked, repeatable ? kept : fresh, requestHeaders(request, asked));
      asking = tried;
      let answered = false;
      tried.once(
        'response',
        guarded((answer: IncomingMessage) => {
          answered = true;
          giveAnswer(answer, response, asked, refuse);
        }),
      );
      // An unexpected response, such as an upgrade, only closes the connection.
      const failed = (error?: Error) => {
        request.unpipe(tried);
        if (answered || response.destroyed) return;
        if (repeatable && tried.reusedSocket && triesLeft > 1) ask(triesLeft - 1);
        else refuse(toPreviewFault(error, port));
      };
      atEnd(tried, guarded(failed));
      if (body) request.pipe(tried);
      else tried.end();
    };
    ask(TRIES);
  }

  return {
    forward,

    /** Like `forward`, for an upgrade request. @throws PREVIEW_LIMIT */
    forwardUpgrade(
      asked: ProxiedRequest,
      { socket, head, sending, response }: UpgradeSides,
      refuse: (error: Fault) => void,
    ): void {
      const { request, port } = asked;
      if (socket.destroyed) return;
      const upgrade = request.headers.upgrade ?? '';
      const release = previews.hold(port, () => socket.destroy());
      let asking: ClientRequest | undefined;
      const guarded = guardFor(socket, asked);
      socket.once(
        'close',
        guarded(() => {
          release();
          asking?.destroy();
        }),
      );
      asking = send(asked, fresh, requestHeaders(request, { ...asked, upgrade }));
      let answered = false;
      const switchOver = (answer: IncomingMessage, near: Duplex, nearHead: Buffer) => {
        answered = true;
        socket.write(switchingHead(answer, asked, upgrade));
        near.on('data', sending);
        socket.on('data', sending);
        if (head.length > 0) near.write(head);
        if (nearHead.length > 0) socket.write(nearHead);
        // Errors after the end of the pipeline need no handling.
        near.on('error', () => near.destroy());
        // If one side ends or fails, the other one ends too.
        pipeline(socket, near, socket, () => socket.destroy());
      };
      asking.once('upgrade', guarded(switchOver));
      const give = (answer: IncomingMessage) => {
        answered = true;
        giveAnswer(answer, response(), asked, refuse);
      };
      asking.once('response', guarded(give));
      const failed = (error?: Error) => {
        if (!answered && !socket.destroyed) refuse(toPreviewFault(error, port));
      };
      atEnd(asking, guarded(failed));
      asking.end();
    },

    close(): void {
      kept.destroy();
      fresh.destroy();
    },
  };
}

/** Creates a response on a connection that the HTTP server no longer handles. */
export function responseOn(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    // The HTTP server does the same. Otherwise a client that never closes its side would keep the socket open.
    response.emit('close');
    socket.destroySoon();
  });
  return response;
}

/** Returns whether the headers of a request announce a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function send({ request, port }: ProxiedRequest, agent: MachineAgent, headers: RawHeaders): ClientRequest {
  const options: MachineRequest = {
    agent,
    sessionId: port.sessionId,
    machineId: port.machineId,
    port: port.port,
    host: port.machine,
    method: request.method,
    path: request.url,
    headers,
  };
  return askServer(options);
}

function giveAnswer(
  answer: IncomingMessage,
  response: ServerResponse,
  asked: ProxiedRequest,
  refuse: (error: Fault) => void,
): void {
  const { statusCode = 0 } = answer;
  try {
    // The parser also accepts an invalid status such as 000, and 101 without an upgrade.
    if (statusCode < 200) throw new Error(`The web server responded with status ${statusCode}.`);
    response.writeHead(statusCode, responseHeaders(answer, asked));
    // Sends the head now: the first event of a stream may come much later.
    response.flushHeaders();
  } catch (error) {
    // A response head that cannot be forwarded fails only this request.
    answer.destroy();
    refuse(toPreviewFault(error as Error, asked.port));
    return;
  }
  pipeline(answer, response, () => undefined);
}

function switchingHead(answer: IncomingMessage, asked: ProxiedRequest, upgrade: string): string {
  const headers = [...responseHeaders(answer, asked), 'Connection', 'Upgrade', 'Upgrade', upgrade];
  const lines = headers.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${headers[index + 1]}`] : []));
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** Calls `then` once, when a request has failed or ended. Ignores later errors. */
function atEnd(asking: ClientRequest, then: (error?: Error) => void): void {
  let called = false;
  for (const event of ['error', 'close']) {
    asking.on(event, (error?: Error) => {
      if (!called) then(error);
      called = true;
    });
  }
}

/** Returns the fault to show if a machine's server does not respond properly. */
function toPreviewFault(error: Error | undefined, { port, machine }: AccessiblePort): Fault {
  return isFault(error) ? error : fault('PREVIEW_BROKEN', { port, machine }, error);
}
