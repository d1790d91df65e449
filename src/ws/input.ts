import type { Writable } from 'node:stream';
import type { WebSocket } from '@fastify/websocket';

export interface Input {
  write(bytes: Buffer): void;
}

/**
 * Carries input to a shell. When the shell does not read, the socket is not read either, so that
 * what waits here is bounded by one read of the socket and one frame.
 */
export function carryInput(options: { stream: Writable; socket: WebSocket; onActivity: () => void }): Input {
  const { stream, socket, onActivity } = options;
  const resume = () => socket.resume();

  return {
    write(bytes) {
      if (!stream.writable) return;
      onActivity();
      if (stream.write(bytes) || socket.isPaused) return;
      socket.pause();
      stream.once('drain', resume);
    },
  };
}
