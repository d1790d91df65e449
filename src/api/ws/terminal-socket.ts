import type { WebSocket } from '@fastify/websocket';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Budgets } from '../../core/budgets.ts';
import type { Contained } from '../../core/containment.ts';
import { fault } from '../../core/errors.ts';
import type { AttachRequest, TerminalService } from '../../domains/terminals/terminal.ts';
import { TERMINAL_PROTOCOL } from './close-codes.ts';
import { createFrameBudgets } from './frame-budget.ts';
import { createHeartbeat } from './heartbeat.ts';
import { createOriginCheck } from './origin.ts';
import { socketFailed } from './socket-failed.ts';
import { carryTerminal } from './terminal-connection.ts';
import { z } from 'zod';

/** A number of bytes that a client has counted. */
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

/** What a client that comes back says in the address of its socket. @throws INPUT_INVALID */
function readAttachQuery(asked: unknown): Pick<AttachRequest, 'from' | 'client'> {
  const { success, data } = query.safeParse(asked);
  if (!success) {
    throw fault('INPUT_INVALID', {
      problem:
        '"from" and "typed" are whole numbers of bytes, and "client" is 8 to 64 letters, digits, "-" and "_".',
    });
  }
  const { from, client, typed } = data;
  return { from, client: client === undefined ? undefined : { id: client, typed } };
}

/** Before the ticket in the list of subprotocols: browsers can set no header, and an address would end up in logs. */
const TICKET_PREFIX = 'berth.ticket.';

/**
 * An open terminal keeps nothing of the request that it came by: Node would keep the answer, and with it the request,
 * by its socket. An answer that shows no page needs no headers of pages.
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
 * Registers `/ws/terminals/:id`. `@fastify/websocket` must be registered before, with
 * {@link websocketOptions}. docs/terminal-protocol.md describes what is spoken.
 */
export function registerTerminalSocket(
  app: FastifyInstance,
  options: {
    terminals: Pick<TerminalService, 'attach'>;
    publicUrl: string | undefined;
    allowedOrigins: readonly string[];
    contained: Contained;
    /** Between two pings, in milliseconds; for tests. */
    heartbeatMs?: number;
    /** Others than the usual, for tests. */
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
    // Alone, without the request: see above.
    const { id: reqId } = request;
    listenForErrors(socket, app.log, reqId);
    const refusal = refuse(socket, request);
    const ticket = ticketOf(request);
    const { query } = request;
    heartbeat.watch(socket);
    carryTerminal({
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

/** Made apart: a closure made beside the request would keep it as long as the terminal. */
function withDetails(contained: Contained, details: object): Contained {
  return (boundary, error) => contained(boundary, error, details);
}

/** In place of the plugin's own listener, which keeps the request and its answer. */
function listenForErrors(socket: WebSocket, log: FastifyBaseLogger, reqId: string): void {
  socket.removeAllListeners('error');
  socket.on('error', (error) => socketFailed(error, socket, log.child({ reqId })));
}

/** The ticket among the offered subprotocols; empty, and so good for nothing, when there is none. */
function ticketOf(request: FastifyRequest): string {
  const offered = request.headers['sec-websocket-protocol']?.split(',') ?? [];
  const ticket = offered.map((entry) => entry.trim()).find((entry) => entry.startsWith(TICKET_PREFIX));
  return ticket?.slice(TICKET_PREFIX.length) ?? '';
}
