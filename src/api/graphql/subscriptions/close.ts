import type { WebSocket } from '@fastify/websocket';
import { fault, isFault } from '../../../core/errors.ts';
import type { FaultCode } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';

/** Close codes of graphql-transport-ws. The reason of a close is the error code. */
export const closeCode = {
  /** The connection has no credentials. Clients do not retry. */
  unauthorized: 4401,
  /** The credentials are not valid, or no longer. */
  forbidden: 4403,
  /** Too many connections; retry later. */
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

/** Closes a connection after reading its credentials failed with `error`. */
export function closeForbidden(socket: WebSocket, error: unknown, log: Log): void {
  const cause = isFault(error) ? error : fault('INTERNAL', {}, error);
  const refused = cause.status === 401 || cause.status === 403;
  if (!refused) log.error({ err: cause }, 'could not read the credentials of a GraphQL connection');
  socket.close(refused ? closeCode.forbidden : closeCode.internal, cause.code);
}
