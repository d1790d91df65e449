import { fault } from '../../core/errors.ts';
import type { AccessiblePort } from './preview.ts';

/**
 * Maximum number of connections per session in this process. A page opens six and some sockets; each one is a process
 * in the session's gateway.
 */
const CONNECTIONS_PER_SESSION = 100;

/** An open connection, and the function that ends it. */
export interface OpenConnection {
  port: AccessiblePort;
  end: () => void;
}

/** Creates the list of this process's connections. */
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
