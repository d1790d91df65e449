import type { WebSocket } from '@fastify/websocket';

/** Maximum size of unread responses of a client that keeps sending requests, in bytes. */
const MAX_UNREAD_ANSWERS = 4 * 1024 * 1024;

/**
 * Disconnects a client that keeps sending requests without reading the responses. Call it before other message listeners
 * are added, so that their response to the current message is not counted yet.
 */
export function limitUnreadAnswers(socket: WebSocket): void {
  function check(): void {
    if (socket.bufferedAmount > MAX_UNREAD_ANSWERS) socket.terminate();
  }
  socket.on('message', check);
  // The pong contains the same data as the ping.
  socket.on('ping', check);
}
