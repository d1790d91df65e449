import type { FastifyInstance } from 'fastify';
import type { WebSocket, WebsocketPluginOptions } from '@fastify/websocket';
import { closeCodes } from './close-codes.ts';
import { MAX_CLIENT_FRAME } from './frames.ts';
import { socketFailed } from './socket-failed.ts';

/** How long clients get to answer the close when the service stops, in milliseconds; then they are cut off. */
const FAREWELL_MS = 2_000;

/**
 * Settings of the one WebSocket server, which terminals and GraphQL's subscriptions share.
 * Compression stays off: it takes five times the memory of a terminal, and more time than it saves.
 */
export const websocketOptions: WebsocketPluginOptions = {
  options: {
    maxPayload: MAX_CLIENT_FRAME,
    perMessageDeflate: false,
    // One frame of a socket in each turn of the event loop: one read brings 10,000 of the shortest.
    allowSynchronousEvents: false,
  },

  errorHandler: (error, socket, request) => socketFailed(error, socket, request.log),

  async preClose(this: FastifyInstance) {
    const server = this.websocketServer;
    server.close();
    const sockets = [...server.clients];
    if (sockets.length === 0) return;
    const gone = Promise.all(sockets.map(sayFarewell));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, FAREWELL_MS)));
    await Promise.race([gone, late]);
    clearTimeout(timer);
    for (const socket of sockets) socket.terminate();
  },
};

/** Asks the client to come back to the next start. */
function sayFarewell(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.resume();
    socket.close(closeCodes.SHUTTING_DOWN, 'SHUTTING_DOWN');
  });
}
