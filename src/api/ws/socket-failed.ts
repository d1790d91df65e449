import type { WebSocket } from '@fastify/websocket';
import type { Log } from '../../core/log.ts';
import { closeCodes } from './close-codes.ts';

/** Logs a failed socket. The library has already closed it if a frame was invalid. Any other error is a fault of a handler. */
export function socketFailed(error: Error, socket: WebSocket, log: Log): void {
  if ((error as { code?: string }).code?.startsWith('WS_ERR_')) {
    log.info({ err: error }, 'a WebSocket client broke the protocol');
    return;
  }
  log.error({ err: error }, 'a WebSocket failed');
  socket.close(closeCodes.INTERNAL, 'INTERNAL');
}
