import type { FastifyInstance } from 'fastify';
import type { WebSocket, WebsocketPluginOptions } from '@fastify/websocket';
import type { Log } from '../../core/log.ts';
import { closeCodes } from './close-codes.ts';
import { MAX_CLIENT_FRAME } from './frames.ts';

/** Time for clients to respond to the close when the service stops, in milliseconds. Then they are disconnected. */
const FAREWELL_MS = 2_000;

/**
 * Options of the WebSocket server, which terminals and GraphQL subscriptions share. Compression is off: it takes five
 * times the memory of a terminal, and more time than it saves.
 */
export const websocketOptions: WebsocketPluginOptions = {
  options: {
    maxPayload: MAX_CLIENT_FRAME,
    perMessageDeflate: false,
    // Handle only one frame of a socket in each turn of the event loop: one read can contain 10,000 short ones.
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

/** Asks the client to reconnect after the restart. */
function sayFarewell(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.resume();
    socket.close(closeCodes.SHUTTING_DOWN, 'SHUTTING_DOWN');
  });
}

/**
 * Logs a failed socket. The library has already closed it if a frame was invalid. Any other error is a fault of a
 * handler.
 */
export function socketFailed(error: Error, socket: WebSocket, log: Log): void {
  if ((error as { code?: string }).code?.startsWith('WS_ERR_')) {
    log.info({ err: error }, 'a WebSocket client broke the protocol');
    return;
  }
  log.error({ err: error }, 'a WebSocket failed');
  socket.close(closeCodes.INTERNAL, 'INTERNAL');
}
