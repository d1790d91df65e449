import type { WebSocket } from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'graphql-ws';
import { fault } from '../../errors.ts';
import { createHeartbeat } from '../../ws/heartbeat.ts';
import { createOriginCheck } from '../../ws/origin.ts';
import { limitUnreadAnswers } from '../../ws/unread-answers.ts';
import { closeCode, closeFor } from './close.ts';
import { createConnectionCount } from './connections.ts';
import { createOperationCount } from './operations.ts';
import { createSubscriptionServer, OPERATION_LIMIT } from './server.ts';
import type { Connection, ServerOptions } from './server.ts';

/**
 * Registers the WebSocket side of `/graphql`. Not by the handler that graphql-ws brings for
 * Fastify: that one takes over the choice of subprotocols for the whole server, terminals included.
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
  const heartbeat = createHeartbeat();
  app.addHook('onClose', async () => heartbeat.stop());

  app.route({
    method: 'GET',
    url: '/graphql',
    handler() {
      throw fault('INPUT_INVALID', {
        problem: 'Queries are sent by POST as JSON, and subscriptions over WebSocket.',
      });
    },
    wsHandler(socket, request) {
      if (!mayConnect(request.headers.origin, request)) {
        socket.close(closeCode.forbidden, 'ORIGIN_REFUSED');
        return;
      }
      if (!connections.enter()) {
        closeFor(socket, 'RATE_LIMITED');
        return;
      }
      limitUnreadAnswers(socket);
      heartbeat.watch(socket);
      carry(server, { socket, request, operations: createOperationCount(OPERATION_LIMIT) });
    },
  });
}

function carry(server: Server<Connection>, connection: Connection): void {
  const { socket, request } = connection;
  const closed = server.opened(
    {
      protocol: socket.protocol,
      // Waits until the message is handed over: a slow client slows its own subscriptions down.
      send: (data) => sendText(socket, data),
      close: (code, reason) => socket.close(code, reason),
      onMessage(listener) {
        socket.on('message', (data: Buffer) => {
          listener(data.toString()).catch((error: unknown) => {
            request.log.error({ err: error }, 'A GraphQL connection failed');
            socket.close(closeCode.internal, 'INTERNAL');
          });
        });
      },
    },
    connection,
  );
  socket.once('close', (code: number, reason: Buffer) => {
    closed(code, reason.toString()).catch((error: unknown) => {
      request.log.error({ err: error }, 'A GraphQL connection could not be cleaned up');
    });
  });
  socket.on('error', (error) => request.log.info({ err: error }, 'A GraphQL connection broke'));
}

function sendText(socket: WebSocket, data: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.readyState !== socket.OPEN) resolve();
    else socket.send(data, (error) => (error ? reject(error) : resolve()));
  });
}
