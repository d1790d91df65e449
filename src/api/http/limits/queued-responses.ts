import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { fault } from '../../../core/errors.ts';

const open = new WeakMap<Socket, Set<ServerResponse>>();

/**
 * Emits `close` on a response when its connection closes, also while the response waits behind another
 * one. Node never closes such a queued response, so everything that ends with its request would leak.
 */
export function closeWithConnection(socket: Socket, response: ServerResponse): void {
  const responses = open.get(socket) ?? track(socket);
  responses.add(response);
  const forget = () => void responses.delete(response);
  // Node closes a finished response, and one that has been given its socket.
  response.once('finish', forget);
  response.once('close', forget);
}

function track(socket: Socket): Set<ServerResponse> {
  const responses = new Set<ServerResponse>();
  open.set(socket, responses);
  socket.once('close', () => {
    for (const response of responses) {
      if (response.socket !== null) continue;
      response.destroy();
      response.emit('close');
    }
  });
  return responses;
}

/**
 * Resolves when a response is the first on its connection. Before that it should hold no memory for its content: a
 * client can queue hundreds of requests at once. @throws TRANSFER_INTERRUPTED when the connection is lost
 */
export async function turnOf(response: ServerResponse): Promise<void> {
  if (response.socket === null && !response.destroyed) {
    await new Promise<void>((resolve) => {
      response.once('socket', () => resolve());
      response.once('close', resolve);
    });
  }
  if (response.destroyed) throw fault('TRANSFER_INTERRUPTED');
}
