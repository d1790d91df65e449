import type { WebSocket } from '@fastify/websocket';
import { createBudgets } from '../../core/budgets.ts';
import type { Budgets, BudgetsOptions } from '../../core/budgets.ts';
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

/** Reason why a socket is not read. */
type Reason = 'shell' | 'budget';

export type Reading = ReturnType<typeof createReading>;

/** Pauses a socket while there is at least one reason. */
export function createReading(socket: Pick<WebSocket, 'pause' | 'resume'>) {
  const reasons = new Set<Reason>();
  let isOver = false;
  return {
    isHeld: (reason: Reason) => reasons.has(reason),
    hold(reason: Reason): void {
      reasons.add(reason);
      if (!isOver) socket.pause();
    },
    release(reason: Reason): void {
      reasons.delete(reason);
      if (reasons.size === 0) socket.resume();
    },
    /** Resumes reading for good: the socket is being closed, and the close frame of the client must be read. */
    end(): void {
      isOver = true;
      socket.resume();
    },
  };
}

/**
 * Frames that one user may send over all of their terminal sockets: twenty times as many as someone who pastes during a
 * flood of output sends, and a few percent of the service's time.
 */
const FRAMES = { perSecond: 2_000, burst: 4_000 };

export const createFrameBudgets = ({ time }: Pick<BudgetsOptions, 'time'> = {}): Budgets =>
  createBudgets({ each: FRAMES, ...(time && { time }) });

/** Counts the frames of one socket. The socket is not read while its account is over budget. */
export function createFrameCount(options: {
  budgets: Budgets;
  /** Called for each frame, since a socket can authenticate after its first frames. */
  account: () => string;
  reading: Reading;
}) {
  const { budgets, account, reading } = options;
  let leave: (() => void) | undefined;

  return {
    count(cost = 1): void {
      const name = account();
      if (budgets.spend(name, cost) || leave) return;
      reading.hold('budget');
      leave = budgets.wait(name, () => {
        leave = undefined;
        reading.release('budget');
      });
    },
    stop(): void {
      leave?.();
      leave = undefined;
    },
  };
}

/**
 * Maximum number of frames that a client may send after the server closed. The rest of a large paste is a few hundred
 * frames.
 */
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
