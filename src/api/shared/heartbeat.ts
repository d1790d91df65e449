import type { WebSocket } from '@fastify/websocket';
import { guard } from '../../core/containment.ts';
import type { Contained } from '../../core/containment.ts';

/**
 * Interval between two pings of one socket, in milliseconds. Load balancers close connections that are silent for a
 * minute.
 */
const PING_EVERY_MS = 15_000;

/** Number of groups of sockets that are pinged one after another. If thousands responded at once, keystrokes would wait. */
const GROUPS = 15;

/** Number of unanswered pings after which a socket counts as dead. */
const MISSES = 2;

interface Heartbeat {
  /** Pings the socket until it closes, and terminates it if it does not respond. */
  watch(socket: WebSocket): void;
  stop(): void;
}

/** Creates the heartbeat of all sockets of the process, with a single timer. */
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

/** Creates a group of sockets that are pinged together. They share listeners, which matters with thousands of sockets. */
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
    // While the socket is paused, pongs wait unread too. A dead peer shows when a ping cannot be sent.
    missed.set(socket, socket.isPaused ? 0 : misses + 1);
    if (socket.readyState === socket.OPEN) socket.ping();
  }

  return {
    add(socket: WebSocket): void {
      missed.set(socket, 0);
      socket.on('pong', alive);
      // On a slow connection the pong may wait behind a long paste, which also proves that the peer is alive.
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
