import type { WebSocket } from '@fastify/websocket';

/** Between two pings, in milliseconds: load balancers cut what is silent for a minute. */
const PING_EVERY_MS = 15_000;

/** Pings without an answer after which a socket is dead. */
const MISSES = 2;

export interface Heartbeat {
  /** Pings the socket until it closes, and ends it when it does not answer. */
  watch(socket: WebSocket): void;
  stop(): void;
}

/** One timer for all sockets of the process. */
export function createHeartbeat(options: { everyMs?: number | undefined } = {}): Heartbeat {
  const missed = new Map<WebSocket, number>();

  function alive(this: WebSocket): void {
    missed.set(this, 0);
  }

  function forget(this: WebSocket): void {
    missed.delete(this);
  }

  function beat(): void {
    for (const [socket, misses] of missed) {
      if (misses >= MISSES) {
        socket.terminate();
        continue;
      }
      // While its shell does not read, answers wait unread too: a dead peer shows when the ping can not be sent.
      missed.set(socket, socket.isPaused ? 0 : misses + 1);
      if (socket.readyState === socket.OPEN) socket.ping();
    }
  }

  const timer = setInterval(beat, options.everyMs ?? PING_EVERY_MS).unref();

  return {
    watch(socket) {
      missed.set(socket, 0);
      socket.on('pong', alive);
      // On a slow line the pong may wait behind a long paste, which shows as well that somebody is there.
      socket.on('message', alive);
      socket.on('close', forget);
    },
    stop: () => clearInterval(timer),
  };
}
