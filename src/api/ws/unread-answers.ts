import type { WebSocket } from '@fastify/websocket';

/** What may wait for a client that makes the server answer and does not read, in bytes. */
const MAX_UNREAD_ANSWERS = 4 * 1024 * 1024;

/**
 * Cuts off a client that goes on asking while too much waits for it. Call it before other listeners
 * for messages are added: what they answer to this one is not counted yet.
 */
export function limitUnreadAnswers(socket: WebSocket): void {
  function check(): void {
    if (socket.bufferedAmount > MAX_UNREAD_ANSWERS) socket.terminate();
  }
  socket.on('message', check);
  // The answer to the protocol's own ping carries what the ping did.
  socket.on('ping', check);
}
