import type { WebSocket } from '@fastify/websocket';
import { fault, isFault } from '../../../core/errors.ts';
import type { FaultCode } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';

/** Close codes of graphql-transport-ws; the reason is the catalogue's code. */
export const closeCode = {
  /** The connection said nothing about who it is for. Clients do not try again. */
  unauthorized: 4401,
  /** Its credentials are not, or no longer, good. */
  forbidden: 4403,
  /** Too many connections: try again later. */
  tryAgainLater: 1013,
  internal: 1011,
} as const;

const codes = {
  UNAUTHENTICATED: closeCode.unauthorized,
  RATE_LIMITED: closeCode.tryAgainLater,
} satisfies Partial<Record<FaultCode, number>>;

export function closeFor(socket: WebSocket, reason: keyof typeof codes): void {
  socket.close(codes[reason], reason);
}

/** Closes for what reading the credentials threw. */
export function closeForbidden(socket: WebSocket, error: unknown, log: Log): void {
  const cause = isFault(error) ? error : fault('INTERNAL', {}, error);
  const refused = cause.status === 401 || cause.status === 403;
  if (!refused) log.error({ err: cause }, 'Credentials of a GraphQL connection could not be read');
  socket.close(refused ? closeCode.forbidden : closeCode.internal, cause.code);
}
