import type { WebSocket } from '@fastify/websocket';

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
