import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Socket } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import { createCounts } from '../../core/counts.ts';
import type { Log } from '../../core/log.ts';

export interface ConnectionLimits {
  /** Maximum number of connections in total. */
  total: number;
  /** Maximum number of connections of one client address. */
  perClient: number;
}

/**
 * Counts and limits connections by client, so that no client uses up the connections of others. A client is the
 * address that connects or, behind a trusted proxy, the client address that the proxy states.
 */
export function createConnectionCounts(
  options: ConnectionLimits & {
    trustProxy: readonly string[];
    refused: Pick<RefusedConnections, 'add' | 'untrustedProxy'>;
  },
) {
  const { perClient, refused } = options;
  const isTrusted = proxyAddr.compile([...options.trustProxy]);
  const counts = createCounts();

  /** Counts one more connection until the returned function is called. Returns undefined if there are too many. */
  function enter(client: string): (() => void) | undefined {
    if (counts.of(client) >= perClient) {
      refused.add({ client, limit: perClient, setting: 'BERTH_MAX_CONNECTIONS_PER_CLIENT' });
      return undefined;
    }
    counts.add(client);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      counts.remove(client);
    };
  }

  const isProxy = ({ remoteAddress }: Socket) => remoteAddress !== undefined && isTrusted(remoteAddress, 0);

  return {
    /** Accepts a connection, or closes it if its client has too many. Connections of proxies are counted by request. */
    takeConnection(socket: Socket): void {
      if (isProxy(socket)) return;
      const leave = enter(clientOf(socket.remoteAddress));
      if (leave) socket.once('close', leave);
      else socket.destroy();
    },

    /** Returns whether a request or an upgrade is accepted. It counts until `answer` closes. */
    takeRequest(
      request: IncomingMessage,
      answer: { once(event: 'close', listener: () => void): unknown },
    ): boolean {
      if (!isProxy(request.socket)) {
        const { remoteAddress } = request.socket;
        if (request.headers['x-forwarded-for'] !== undefined) refused.untrustedProxy(clientOf(remoteAddress));
        return true;
      }
      const leave = enter(clientOf(proxyAddr(request, isTrusted)));
      if (leave) answer.once('close', leave);
      return leave !== undefined;
    },

    /** Returns the number of open connections, or requests of a proxy, of one client. */
    of: (address: string) => counts.of(clientOf(address)),
  };
}

/** Returns the key of a client: an IPv4 address, or the /64 prefix of an IPv6 address, which belongs to one subscriber. */
export function clientOf(address = ''): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const groups = tail === undefined ? before : [...before, ...zeros, ...after];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** Minimum time between two warnings, in milliseconds: a refused client retries many times. */
const WARN_EVERY_MS = 60_000;

/** A limit that a connection, or a request of a proxy, exceeded. */
interface ExceededLimit {
  client: string;
  limit: number;
  setting: 'BERTH_MAX_CONNECTIONS' | 'BERTH_MAX_CONNECTIONS_PER_CLIENT';
}

type RefusedConnections = ReturnType<typeof createRefusedConnections>;

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
