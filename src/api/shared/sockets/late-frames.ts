import type { WebSocket } from '@fastify/websocket';

/** Maximum number of frames that a client may send after the server closed. The rest of a large paste is some hundred. */
const MOST_LATE_FRAMES = 1_000;

/**
 * Terminates a socket whose client keeps sending after the server started to close it. No budget counts these frames,
 * and the client may be unauthenticated.
 */
export function limitLateFrames(socket: WebSocket): void {
  let late = 0;
  function count(): void {
    if (socket.readyState !== socket.OPEN && ++late > MOST_LATE_FRAMES) socket.terminate();
  }
  for (const event of ['message', 'ping', 'pong']) socket.on(event, count);
}
