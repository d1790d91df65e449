import { Server } from 'node:http';
import type { IncomingMessage, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyServerFactory } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    frontDoor: FrontDoor;
  }
}

/** Hosts that are not the app's, and what answers there. */
export interface OtherHost {
  owns(request: IncomingMessage): boolean;
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
}

export type FrontDoor = ReturnType<typeof createFrontDoor>;

/**
 * Leads requests to the host that they are for, before the app sees anything of them: no route, hook
 * or parser of the app's can be met under another host's name, or the other way round.
 */
export function createFrontDoor() {
  let other: OtherHost | undefined;

  class FrontDoorServer extends Server {
    override emit(event: string, ...given: unknown[]): boolean {
      if (other && (event === 'request' || event === 'upgrade')) {
        const [request, to, head] = given as [IncomingMessage, unknown, Buffer];
        if (other.owns(request)) {
          if (event === 'request') other.request(request, to as ServerResponse);
          else other.upgrade(request, to as Socket, head);
          return true;
        }
      }
      return super.emit(event, ...given);
    }
  }

  const serverFactory: FastifyServerFactory = (handler, options) => {
    const { http, keepAliveTimeout, requestTimeout, connectionTimeout } =
      options as unknown as FastifyTimeouts;
    const server = new FrontDoorServer(http ?? {}, handler);
    // As Fastify sets them on a server of its own making.
    server.keepAliveTimeout = keepAliveTimeout;
    server.requestTimeout = requestTimeout;
    server.setTimeout(connectionTimeout);
    return server;
  };

  return {
    serverFactory,
    /** Has `host` answer for its names from now on. */
    lead(host: OtherHost): void {
      other = host;
    },
  };
}

interface FastifyTimeouts {
  http?: ServerOptions;
  keepAliveTimeout: number;
  requestTimeout: number;
  connectionTimeout: number;
}
