import type { Log } from '../../../core/log.ts';

/** Shortest time between two warnings, in milliseconds: a client that is refused tries again and again. */
const WARN_EVERY_MS = 60_000;

/** A limit that a connection, or a request of a proxy, exceeded. */
export interface ExceededLimit {
  client: string;
  limit: number;
  setting: 'BERTH_MAX_CONNECTIONS' | 'BERTH_MAX_CONNECTIONS_PER_CLIENT';
}

export type RefusedConnections = ReturnType<typeof createRefusedConnections>;

/** Counts the connections that were refused, and warns of them and of proxies that are not trusted. */
export function createRefusedConnections({ log }: { log: () => Pick<Log, 'warn'> }) {
  let count = 0;
  let warnedAt = -Infinity;
  let hasWarnedOfProxy = false;

  return {
    add({ client, limit, setting }: ExceededLimit): void {
      count += 1;
      const now = performance.now();
      if (now - warnedAt < WARN_EVERY_MS) return;
      warnedAt = now;
      log().warn({ client, limit, refused: count }, `Connections were refused. ${remedies[setting]}`);
    },

    /** `peer` says whom it serves, but nobody believes it. */
    untrustedProxy(peer: string): void {
      if (hasWarnedOfProxy) return;
      hasWarnedOfProxy = true;
      log().warn(
        { peer },
        'A client sends X-Forwarded-For, which is ignored. If it is your proxy, set BERTH_TRUST_PROXY to its address: until then all clients behind it share one limit of connections.',
      );
    },

    /** Refused since the process started. */
    count: () => count,
  };
}

const remedies = {
  BERTH_MAX_CONNECTIONS:
    'All clients together have as many as BERTH_MAX_CONNECTIONS allows: raise it if they are no attack.',
  BERTH_MAX_CONNECTIONS_PER_CLIENT:
    'This client has as many as BERTH_MAX_CONNECTIONS_PER_CLIENT allows. If it is your proxy, set BERTH_TRUST_PROXY to its address. If many learners share this address, raise BERTH_MAX_CONNECTIONS_PER_CLIENT.',
};
