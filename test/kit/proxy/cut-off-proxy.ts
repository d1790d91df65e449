import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, NetConnectOpts, Socket } from 'node:net';
import type { Test } from 'tap';

/** A proxy to a server whose connection can be cut, as when its host fails, and restored. */
export interface CutOffProxy {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Breaks all connections and refuses new ones. */
  cut(): Promise<void>;
  /** Stops forwarding silently, without closing connections. */
  silence(): void;
  restore(): Promise<void>;
}

/** Opens a proxy to `target`, usually a port on 127.0.0.1. It is closed after the test. */
export async function openCutOffProxy(t: Test, target: number | NetConnectOpts): Promise<CutOffProxy> {
  const sockets = new Set<Socket>();
  let silent = false;
  const address = typeof target === 'number' ? { host: '127.0.0.1', port: target } : target;
  // Each side may end before the other, as a command's input does before its output.
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ ...address, allowHalfOpen: true });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('data', (data) => {
        if (silent || other.write(data)) return;
        socket.pause();
        other.once('drain', () => socket.resume());
      });
      socket.on('end', () => void (silent || other.end()));
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function cut(): Promise<void> {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  }
  t.teardown(cut);

  return {
    port,
    cut,
    silence: () => void (silent = true),
    async restore() {
      silent = false;
      if (server.listening) return;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}
