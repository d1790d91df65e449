import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';

/** Each piece of this many bytes is delayed. */
const PIECE_BYTES = 16 * 1024;

/**
 * Opens a proxy to a port on 127.0.0.1 whose answers arrive at no more than `bytesPerSecond`. It is closed after the
 * test.
 */
export async function openSlowProxy(
  t: Test,
  target: number,
  bytesPerSecond: number,
): Promise<{ port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    const slowly = new Transform({
      async transform(chunk: Buffer, _, done) {
        for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
          const piece = chunk.subarray(start, start + PIECE_BYTES);
          await sleep((1000 * piece.length) / bytesPerSecond);
          this.push(piece);
        }
        done();
      },
    });
    near.pipe(far);
    far.pipe(slowly).pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        if (socket === near) other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port };
}
