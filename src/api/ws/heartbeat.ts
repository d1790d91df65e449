import type { WebSocket } from '@fastify/websocket';
import { guard } from '../../core/containment.ts';
import type { Contained } from '../../core/containment.ts';

/** Between two pings of one socket, in milliseconds: load balancers cut what is silent for a minute. */
const PING_EVERY_MS = 15_000;

/** Sockets are pinged in so many groups by turns, so that thousands do not all answer at once, and keys wait for that. */
const GROUPS = 15;

/** Pings without an answer after which a socket is dead. */
const MISSES = 2;

export interface Heartbeat {
  /** Pings the socket until it closes, and ends it when it does not answer. */
  watch(socket: WebSocket): void;
  stop(): void;
}

/** One timer for all sockets of the process. */
export function createHeartbeat({
  everyMs = PING_EVERY_MS,
  contained,
}: {
  everyMs?: number | undefined;
  contained: Contained;
}): Heartbeat {
  const groups = Array.from({ length: GROUPS }, () => createGroup(contained));
  let turn = 0;
  let watched = 0;
  const timer = setInterval(() => groups[turn++ % GROUPS]?.beat(), everyMs / GROUPS).unref();

  return {
    watch: (socket) => groups[watched++ % GROUPS]?.add(socket),
    stop: () => clearInterval(timer),
  };
}

/** Sockets that are pinged together. Their listeners are shared, which counts with thousands. */
function createGroup(contained: Contained) {
  const missed = new Map<WebSocket, number>();

  function alive(this: WebSocket): void {
    missed.set(this, 0);
  }

  function forget(this: WebSocket): void {
    missed.delete(this);
  }

  function ping(socket: WebSocket, misses: number): void {
    if (misses >= MISSES) {
      socket.terminate();
      return;
    }
    // While its shell does not read, answers wait unread too: a dead peer shows when the ping cannot be sent.
    missed.set(socket, socket.isPaused ? 0 : misses + 1);
    if (socket.readyState === socket.OPEN) socket.ping();
  }

  return {
    add(socket: WebSocket): void {
      missed.set(socket, 0);
      socket.on('pong', alive);
      // On a slow line the pong may wait behind a long paste, which shows as well that somebody is there.
      socket.on('message', alive);
      socket.on('close', forget);
    },

    beat(): void {
      for (const [socket, misses] of missed) {
        const fail = () => socket.terminate();
        guard({ contained, boundary: 'socket', fail }, () => ping(socket, misses))();
      }
    },
  };
}
