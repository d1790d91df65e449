import type { WebSocket } from '@fastify/websocket';

/** Why a socket is not read. */
type Reason = 'shell' | 'budget';

export type Reading = ReturnType<typeof createReading>;

/** Reads a socket while there is no reason not to. */
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
    /** The socket is being closed, and the answer to that must be read. */
    end(): void {
      isOver = true;
      socket.resume();
    },
  };
}
