import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** A WebSocket without a client library, which answers nothing that the server sends. */
export async function rawWebSocket(url: string, headers: Record<string, string> = {}): Promise<Socket> {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${lines.join('')}\r\n`,
  );
  await once(socket, 'data');
  socket.resume();
  return socket;
}

/** Binary frames of one byte, masked like a client's. */
export function tinyFrames(count: number): Buffer {
  return Buffer.alloc(7 * count, Buffer.of(0x82, 0x81, 0, 0, 0, 0, 0));
}
