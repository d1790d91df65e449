import type { WebSocket } from '@fastify/websocket';
import { createBudgets } from '../../core/budgets.ts';
import type { Budgets, BudgetsOptions } from '../../core/budgets.ts';

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
