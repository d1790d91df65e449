import { fault } from '../../core/errors.ts';
import type { ReachedPort } from './preview.ts';

/**
 * Most connections of one session through this process. A page takes six at once and some sockets;
 * each costs a process in the session's gateway.
 */
const CONNECTIONS_PER_SESSION = 100;

/** A connection that is open, and what ends it. */
export interface OpenConnection {
  port: ReachedPort;
  end: () => void;
}

export type OpenConnections = ReturnType<typeof createOpenConnections>;

/** The connections that this process carries now. */
export function createOpenConnections() {
  const bySession = new Map<string, Set<OpenConnection>>();

  return {
    /** @throws PREVIEW_LIMIT */
    add(connection: OpenConnection): () => void {
      const { sessionId } = connection.port;
      const open = bySession.get(sessionId) ?? new Set();
      if (open.size >= CONNECTIONS_PER_SESSION) {
        throw fault('PREVIEW_LIMIT', { limit: CONNECTIONS_PER_SESSION });
      }
      open.add(connection);
      bySession.set(sessionId, open);
      return () => {
        open.delete(connection);
        if (open.size === 0 && bySession.get(sessionId) === open) bySession.delete(sessionId);
      };
    },

    ofSession: (sessionId: string): OpenConnection[] => [...(bySession.get(sessionId) ?? [])],

    all: (): OpenConnection[] => [...bySession.values()].flatMap((open) => [...open]),
  };
}
