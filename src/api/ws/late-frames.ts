import type { WebSocket } from '@fastify/websocket';

/** Frames that a client may still send after the server closed: the rest of a large paste is some hundred. */
const MOST_LATE_FRAMES = 1_000;

/**
 * Ends a socket whose client keeps sending after the server began to close it. No budget counts these frames, and
 * the client need not have authenticated.
 */
export function limitLateFrames(socket: WebSocket): void {
  let late = 0;
  function count(): void {
    if (socket.readyState !== socket.OPEN && ++late > MOST_LATE_FRAMES) socket.terminate();
  }
  for (const event of ['message', 'ping', 'pong']) socket.on(event, count);
}
