import type { Log } from '../../core/log.ts';

/** Minimum time between two warnings, in milliseconds: a refused client retries many times. */
const WARN_EVERY_MS = 60_000;

/** A limit that a connection, or a request of a proxy, exceeded. */
export interface ExceededLimit {
  client: string;
  limit: number;
  setting: 'BERTH_MAX_CONNECTIONS' | 'BERTH_MAX_CONNECTIONS_PER_CLIENT';
}

export type RefusedConnections = ReturnType<typeof createRefusedConnections>;

/** Counts refused connections, and logs warnings about them and about untrusted proxies. */
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
      log().warn({ client, limit, refused: count }, `connections refused: ${remedies[setting]}`);
    },

    /** Warns that `peer` sends X-Forwarded-For but is not a trusted proxy. */
    untrustedProxy(peer: string): void {
      if (hasWarnedOfProxy) return;
      hasWarnedOfProxy = true;
      log().warn(
        { peer },
        'ignored X-Forwarded-For of an untrusted client. If it is your proxy, set BERTH_TRUST_PROXY to its address; until then all clients behind it share one connection limit',
      );
    },

    /** Returns the number of refusals since the process started. */
    count: () => count,
  };
}

const remedies = {
  BERTH_MAX_CONNECTIONS:
    'all clients together reached BERTH_MAX_CONNECTIONS. Raise it unless this is an attack',
  BERTH_MAX_CONNECTIONS_PER_CLIENT:
    'this client reached BERTH_MAX_CONNECTIONS_PER_CLIENT. If it is your proxy, set BERTH_TRUST_PROXY to its address. If many learners share the address, raise BERTH_MAX_CONNECTIONS_PER_CLIENT',
};
