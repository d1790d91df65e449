import type { WebSocket } from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'graphql-ws';
import { guard } from '../../../core/containment.ts';
import type { Contained } from '../../../core/containment.ts';
import { fault } from '../../../core/errors.ts';
import { createHeartbeat } from '../../shared/heartbeat.ts';
import {
  createFrameCount,
  limitLateFrames,
  limitUnreadAnswers,
  createReading,
} from '../../shared/socket-limits.ts';
import { createOriginCheck } from '../../shared/origin.ts';
import { accountOf, frameCost } from '../limits/query-budget.ts';
import type { QueryBudget } from '../limits/query-budget.ts';
import { closeCode, closeFor, createSubscriptionServer, OPERATION_LIMIT } from './server.ts';
import { createConnectionCount, createOperationCount } from './counts.ts';
import type { Connection, ServerOptions } from './server.ts';

/**
 * Registers the WebSocket side of `/graphql`. It does not use graphql-ws' handler for Fastify, which would choose the
 * subprotocols for the whole server, including terminals.
 */
export function addSubscriptionRoute(
  app: FastifyInstance,
  options: Omit<ServerOptions, 'connections'> & {
    allowedOrigins: readonly string[];
    connections?: ServerOptions['connections'];
  },
): void {
  const connections = options.connections ?? createConnectionCount();
  const server = createSubscriptionServer({ ...options, connections });
  const mayConnect = createOriginCheck(options);
  const { budget, contained } = options;
  const heartbeat = createHeartbeat({ contained });
  app.addHook('onClose', async () => heartbeat.stop());

  app.route({
    method: 'GET',
    url: '/graphql',
    handler() {
      throw fault('INPUT_INVALID', {
        problem: 'Send queries by POST as JSON, and subscriptions over WebSocket.',
      });
    },
    wsHandler(socket, request) {
      limitLateFrames(socket);
      if (!mayConnect(request.headers.origin, request)) {
        socket.close(closeCode.forbidden, 'ORIGIN_REFUSED');
        return;
      }
      const { actor } = request;
      const endSilence = connections.enterSilent(accountOf(actor, request), { isUser: actor !== undefined });
      if (!endSilence || !connections.enter()) {
        endSilence?.();
        closeFor(socket, 'RATE_LIMITED');
        return;
      }
      socket.once('close', endSilence);
      limitUnreadAnswers(socket);
      heartbeat.watch(socket);
      const operations = createOperationCount(OPERATION_LIMIT);
      const gone = new AbortController();
      socket.once('close', () => gone.abort());
      const connection: Connection = { socket, gone: gone.signal, request, operations, endSilence };
      const guarded = <A extends unknown[]>(listener: (...given: A) => unknown) =>
        guard({ contained, boundary: 'socket', fail: () => socket.terminate() }, listener);
      countFrames(connection, budget, guarded);
      serve(server, connection, contained);
    },
  });
}

/** Stops reading a connection whose account is over budget, also before it has authenticated. */
function countFrames(
  connection: Connection,
  { budgets }: QueryBudget,
  guarded: (listener: (data: Buffer) => void) => (data: Buffer) => void,
): void {
  const { socket, request } = connection;
  const frames = createFrameCount({
    budgets,
    account: () => accountOf(connection.user?.actor, request),
    reading: createReading(socket),
  });
  const count = guarded((data) => frames.count(frameCost(data.length)));
  socket.on('message', count);
  socket.on('ping', count);
  socket.on('pong', count);
  socket.once('close', () => frames.stop());
}

function serve(server: Server<Connection>, connection: Connection, contained: Contained): void {
  const { socket, request } = connection;
  const boundary = { contained, boundary: 'socket', details: { requestId: request.id } } as const;
  const closed = server.opened(
    {
      protocol: socket.protocol,
      // Waits until the message is sent, so that a slow client only slows down its own subscriptions.
      send: (data) => sendText(socket, data),
      close: (code, reason) => socket.close(code, reason),
      onMessage(listener) {
        const fail = () => socket.close(closeCode.internal, 'INTERNAL');
        socket.on(
          'message',
          guard({ ...boundary, fail }, (data: Buffer) => listener(data.toString())),
        );
      },
    },
    connection,
  );
  const end = (code: number, reason: Buffer) => closed(code, reason.toString());
  socket.once('close', guard({ ...boundary, fail: () => undefined }, end));
  socket.on('error', (error) => request.log.info({ err: error }, 'a GraphQL connection failed'));
}

/** Sends a message. A failed send means that the client has disappeared, so it ends the connection and does not reject. */
function sendText(socket: WebSocket, data: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    socket.send(data, (error) => {
      if (error) socket.terminate();
      resolve();
    });
  });
}
