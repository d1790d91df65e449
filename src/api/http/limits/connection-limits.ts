import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Socket } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import type { RefusedConnections } from './refused-connections.ts';

export interface ConnectionLimits {
  /** Most connections in all. */
  total: number;
  /** Most connections of one client address. */
  perClient: number;
}

export type ConnectionCounts = ReturnType<typeof createConnectionCounts>;

/**
 * Counts connections by client, so that none uses up those of the others. A client is the address
 * that connects; behind a trusted proxy, the address that it says it serves.
 */
export function createConnectionCounts(
  options: ConnectionLimits & {
    trustProxy: readonly string[];
    refused: Pick<RefusedConnections, 'add' | 'untrustedProxy'>;
  },
) {
  const { perClient, refused } = options;
  const isTrusted = proxyAddr.compile([...options.trustProxy]);
  const counts = new Map<string, number>();

  /** Counts one more until the returned function is called; undefined where that is one too many. */
  function enter(client: string): (() => void) | undefined {
    const count = counts.get(client) ?? 0;
    if (count >= perClient) {
      refused.add({ client, limit: perClient, setting: 'BERTH_MAX_CONNECTIONS_PER_CLIENT' });
      return undefined;
    }
    counts.set(client, count + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const left = (counts.get(client) ?? 1) - 1;
      if (left > 0) counts.set(client, left);
      else counts.delete(client);
    };
  }

  const isProxy = ({ remoteAddress }: Socket) => remoteAddress !== undefined && isTrusted(remoteAddress, 0);

  return {
    /** Takes a connection, or ends it where its client has too many. Those of proxies are counted by request. */
    takeConnection(socket: Socket): void {
      if (isProxy(socket)) return;
      const leave = enter(clientOf(socket.remoteAddress));
      if (leave) socket.once('close', leave);
      else socket.destroy();
    },

    /** Whether a request, or an upgrade, is taken; it counts until `answer` closes. */
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

    /** Connections, or requests of a proxy, that are open now, of one client. */
    of: (address: string) => counts.get(clientOf(address)) ?? 0,
  };
}

/** One client: an IPv4 address, or the 64 bits of an IPv6 address that one subscriber has all addresses of. */
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
