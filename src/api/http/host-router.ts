import { Server, ServerResponse } from 'node:http';
import type { IncomingMessage, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyServerFactory } from 'fastify';
import type { Log } from '../../core/log.ts';
import { closeWithConnection } from './request-ends.ts';
import { clientOf, createConnectionCounts, createRefusedConnections } from '../shared/connection-limits.ts';
import type { ConnectionLimits } from '../shared/connection-limits.ts';

declare module 'fastify' {
  interface FastifyInstance {
    hostRouter: HostRouter;
  }
}

/** Maximum time for the head of a request, from the start of the request or of the connection, in milliseconds. */
const HEADERS_LIMIT_MS = 20_000;
/** Interval between two checks of that time, in milliseconds. */
const CHECK_EVERY_MS = 5_000;

/** A handler of requests for the hosts of previews. */
export interface PreviewHost {
  owns(request: IncomingMessage): boolean;
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
}

/** Times in milliseconds, which tests shorten. */
export interface HeadTimes {
  headLimitMs?: number;
  checkEveryMs?: number;
}

type HostRouter = ReturnType<typeof createHostRouter>;

/**
 * Routes requests by their host before the app sees them. The app's routes, hooks and parsers are not reachable under
 * another host's name, and the other way round.
 */
export function createHostRouter(
  options: ConnectionLimits &
    HeadTimes & {
      trustProxy: readonly string[];
      /** Called when there is something to log: the app, which creates the log, is created after this. */
      log: () => Pick<Log, 'warn'>;
    },
) {
  const { headLimitMs = HEADERS_LIMIT_MS, checkEveryMs = CHECK_EVERY_MS } = options;
  let previewHost: PreviewHost | undefined;
  const refused = createRefusedConnections(options);
  const counts = createConnectionCounts({ ...options, refused });

  class HostRouterServer extends Server {
    override emit(event: string, ...given: unknown[]): boolean {
      if (event === 'connection') counts.takeConnection(given[0] as Socket);
      if (event === 'request' || event === 'upgrade') {
        const [request, to, head] = given as [IncomingMessage, ServerResponse | Socket, Buffer];
        if (to instanceof ServerResponse) closeWithConnection(request.socket, to);
        if (!counts.takeRequest(request, to)) {
          refuse(to);
          return true;
        }
        if (previewHost?.owns(request)) {
          if (event === 'request') previewHost.request(request, to as ServerResponse);
          else previewHost.upgrade(request, to as Socket, head);
          return true;
        }
      }
      return super.emit(event, ...given);
    }
  }

  const serverFactory: FastifyServerFactory = (handler, given) => {
    const { http, keepAliveTimeout, requestTimeout, connectionTimeout } = given as unknown as FastifyTimeouts;
    const server = new HostRouterServer(
      { ...http, headersTimeout: headLimitMs, connectionsCheckingInterval: checkEveryMs },
      handler,
    );
    server.maxConnections = options.total;
    server.on('drop', (dropped) =>
      refused.add({
        client: clientOf(dropped?.remoteAddress),
        limit: options.total,
        setting: 'BERTH_MAX_CONNECTIONS',
      }),
    );
    // Fastify sets the same values on the servers that it creates.
    server.keepAliveTimeout = keepAliveTimeout;
    server.requestTimeout = requestTimeout;
    server.setTimeout(connectionTimeout);
    return server;
  };

  return {
    serverFactory,
    /** Returns the number of connections, or requests of a proxy, that were refused since the process started. */
    refused: refused.count,
    /** Routes requests for the names of `host` to it from now on. */
    setPreviewHost(host: PreviewHost): void {
      previewHost = host;
    },
  };
}

/** Rejects a request of a proxy's client that already has too many open requests. */
function refuse(to: ServerResponse | Socket): void {
  if (to instanceof ServerResponse) {
    to.writeHead(429, { 'retry-after': '10', 'content-length': '0', connection: 'close' }).end();
    return;
  }
  to.on('error', () => to.destroy());
  to.write(
    'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  );
  // Node keeps an upgraded connection half open until the client closes its side too.
  to.destroySoon();
}

interface FastifyTimeouts {
  http?: ServerOptions;
  keepAliveTimeout: number;
  requestTimeout: number;
  connectionTimeout: number;
}
