import type { WebSocket } from '@fastify/websocket';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Budgets } from '../../core/budgets.ts';
import type { Contained } from '../../core/containment.ts';
import { fault } from '../../core/errors.ts';
import type { AttachRequest, TerminalService } from '../../domains/terminals/terminal.ts';
import { TERMINAL_PROTOCOL } from './close-codes.ts';
import { createHeartbeat } from '../shared/heartbeat.ts';
import { createFrameBudgets } from '../shared/socket-limits.ts';
import { createOriginCheck } from '../shared/origin.ts';
import { socketFailed } from './websocket-options.ts';
import { serveTerminal } from './terminal-connection.ts';
import { z } from 'zod';

/** A number of bytes that a client counted. */
const offset = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

const query = z.object({
  from: offset.optional(),
  client: z
    .string()
    .regex(/^[\w-]{8,64}$/)
    .optional(),
  typed: offset.default(0),
});

/** Reads the query string of a reconnecting client. @throws INPUT_INVALID */
function readAttachQuery(asked: unknown): Pick<AttachRequest, 'from' | 'client'> {
  const { success, data } = query.safeParse(asked);
  if (!success) {
    throw fault('INPUT_INVALID', {
      problem:
        'Invalid query string: "from" and "typed" must be integers, and "client" must be 8 to 64 letters, digits, "-" and "_".',
    });
  }
  const { from, client, typed } = data;
  return { from, client: client === undefined ? undefined : { id: client, typed } };
}

/** Prefix of the ticket in the list of subprotocols. Browsers cannot set headers, and a URL would appear in logs. */
const TICKET_PREFIX = 'berth.ticket.';

/**
 * An open terminal must not keep its request in memory: Node would keep the response, and with it the request, through
 * the socket. The response is not a page, so it needs no security headers.
 */
const ROUTE = {
  websocket: true,
  helmet: false,
  preHandler(request: FastifyRequest, reply: FastifyReply, done: () => void) {
    if (request.ws) reply.raw.detachSocket(request.raw.socket);
    done();
  },
} as const;

/**
 * Registers `/ws/terminals/:id`. `@fastify/websocket` must be registered before, with {@link websocketOptions}.
 * docs/terminal-protocol.md specifies the protocol.
 */
export function registerTerminalSocket(
  app: FastifyInstance,
  options: {
    terminals: Pick<TerminalService, 'attach'>;
    publicUrl: string | undefined;
    allowedOrigins: readonly string[];
    contained: Contained;
    /** Interval between two pings in milliseconds, for tests. */
    heartbeatMs?: number;
    /** Replaces the usual budgets in tests. */
    frames?: Budgets;
  },
): void {
  const { terminals, contained } = options;
  const frames = options.frames ?? createFrameBudgets();
  const mayOpen = createOriginCheck(options);
  const heartbeat = createHeartbeat({ everyMs: options.heartbeatMs, contained });
  app.addHook('onClose', async () => heartbeat.stop());

  app.get<{ Params: { id: string } }>('/ws/terminals/:id', ROUTE, (socket, request) => {
    const { id } = request.params;
    // Only the id, not the request: see ROUTE.
    const { id: reqId } = request;
    listenForErrors(socket, app.log, reqId);
    const refusal = refuse(socket, request);
    const ticket = ticketOf(request);
    const { query } = request;
    heartbeat.watch(socket);
    serveTerminal({
      socket,
      frames,
      log: app.log,
      contained: withDetails(contained, { requestId: reqId, terminalId: id }),
      attach: async () => {
        if (refusal) throw refusal;
        return terminals.attach(id, { ticket, ...readAttachQuery(query) });
      },
    });
  });

  function refuse(socket: WebSocket, request: FastifyRequest) {
    const { origin } = request.headers;
    if (!mayOpen(origin, request)) return fault('ORIGIN_REFUSED', { origin: origin ?? '' });
    if (socket.protocol !== TERMINAL_PROTOCOL) {
      return fault('INPUT_INVALID', {
        problem: `The first subprotocol must be "${TERMINAL_PROTOCOL}", the second "${TICKET_PREFIX}" with the ticket.`,
      });
    }
    return undefined;
  }
}

/** A separate function, because a closure next to the request would keep the request as long as the terminal. */
function withDetails(contained: Contained, details: object): Contained {
  return (boundary, error) => contained(boundary, error, details);
}

/** Replaces the plugin's own listener, which keeps the request and its response. */
function listenForErrors(socket: WebSocket, log: FastifyBaseLogger, reqId: string): void {
  socket.removeAllListeners('error');
  socket.on('error', (error) => socketFailed(error, socket, log.child({ reqId })));
}

/**
 * Returns the ticket among the offered subprotocols; an empty one, which is never valid, if there is no such
 * subprotocol.
 */
function ticketOf(request: FastifyRequest): string {
  const offered = request.headers['sec-websocket-protocol']?.split(',') ?? [];
  const ticket = offered.map((entry) => entry.trim()).find((entry) => entry.startsWith(TICKET_PREFIX));
  return ticket?.slice(TICKET_PREFIX.length) ?? '';
}
