import { request as askServer, ServerResponse } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { Duplex } from 'node:stream';
import { guard } from '../../../core/containment.ts';
import type { Contained } from '../../../core/containment.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import type { PreviewService, ReachedPort } from '../../../domains/previews/preview.ts';
import { MachineAgent } from './machine-agent.ts';
import type { MachineRequest } from './machine-agent.ts';
import { requestHeaders } from './request-headers.ts';
import type { RawHeaders } from './request-headers.ts';
import { responseHeaders } from './response-headers.ts';

/** A request, or its answer, of which nothing moves for so long is given up, in milliseconds: streams of events may be that quiet. */
const IDLE_MS = 10 * 60_000;
/** Kept connections can all have been closed by the server since: tries for a request that may be sent again. */
const TRIES = 8;
/** Methods that may be sent again when a kept connection turns out to be closed. */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** One request on its way: who asks, and for what. */
export interface Asked {
  request: IncomingMessage;
  port: ReachedPort;
  /** As the browser wrote it. */
  host: string;
  scheme: string;
  appOrigin: string | undefined;
}

export type Passage = ReturnType<typeof createPassage>;

/** Both sides of a request that asks to go on in another protocol. */
interface UpgradeSides {
  socket: Duplex;
  head: Buffer;
  /** Called as bytes pass. */
  sending: () => void;
  /** The one response on the socket, for an answer that stays with HTTP. */
  response: () => ServerResponse;
}

/** Carries requests to machines and answers back, as they come. */
export function createPassage(previews: Pick<PreviewService, 'connect' | 'hold'>, contained: Contained) {
  const kept = new MachineAgent(previews.connect, { keepAlive: true });
  // What must not be sent twice, and what keeps its connection, begins on a new one.
  const fresh = new MachineAgent(previews.connect, { keepAlive: false });

  /** Makes listeners of one connection, which closes where one of them throws. */
  function guardFor(connection: { destroy(): unknown }, { port: { sessionId, port } }: Asked) {
    const fail = () => void connection.destroy();
    return <A extends unknown[]>(listener: (...given: A) => unknown) =>
      guard({ contained, boundary: 'preview', details: { sessionId, port }, fail }, listener);
  }

  /** Answers on `response`; `refuse` is told instead when there is no answer. @throws PREVIEW_LIMIT */
  function carry(asked: Asked, response: ServerResponse, refuse: (error: Fault) => void): void {
    const { request, port } = asked;
    // The client left meanwhile: its close came before anybody could listen for it.
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
      // An answer that nobody asked for, such as a change of protocol, comes to nothing but a close.
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
    carry,

    /** As `carry`, for a request that asks to go on in another protocol. @throws PREVIEW_LIMIT */
    carryUpgrade(
      asked: Asked,
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
        // Errors that come after the pipeline has ended are nothing new.
        near.on('error', () => near.destroy());
        // Either side's end, or break, is the other's too.
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

/** A response on a connection that the HTTP server has let go. */
export function responseOn(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    // As the HTTP server does for its own; and a client that never closes its side would keep the socket.
    response.emit('close');
    socket.destroySoon();
  });
  return response;
}

/** Whether a request says that a body follows. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function send({ request, port }: Asked, agent: MachineAgent, headers: RawHeaders): ClientRequest {
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
  asked: Asked,
  refuse: (error: Fault) => void,
): void {
  const { statusCode = 0 } = answer;
  try {
    // The parser also takes a status that is no answer, such as 000, and 101 without a change of protocol.
    if (statusCode < 200) throw new Error(`The web server answered with status ${statusCode}.`);
    response.writeHead(statusCode, responseHeaders(answer, asked));
    // Events are waited for after the head.
    response.flushHeaders();
  } catch (error) {
    // Whatever else of a head cannot be written again fails this request alone.
    answer.destroy();
    refuse(toPreviewFault(error as Error, asked.port));
    return;
  }
  pipeline(answer, response, () => undefined);
}

function switchingHead(answer: IncomingMessage, asked: Asked, upgrade: string): string {
  const headers = [...responseHeaders(answer, asked), 'Connection', 'Upgrade', 'Upgrade', upgrade];
  const lines = headers.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${headers[index + 1]}`] : []));
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** Calls `then` once, when a request has failed or is over; errors that come later are nothing new. */
function atEnd(asking: ClientRequest, then: (error?: Error) => void): void {
  let called = false;
  for (const event of ['error', 'close']) {
    asking.on(event, (error?: Error) => {
      if (!called) then(error);
      called = true;
    });
  }
}

/** A machine's server may do anything but answer; the reader learns where to look. */
function toPreviewFault(error: Error | undefined, { port, machine }: ReachedPort): Fault {
  return isFault(error) ? error : fault('PREVIEW_BROKEN', { port, machine }, error);
}
