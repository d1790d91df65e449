import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';

/** A proxy to a server with all kinds of network faults. */
export interface FaultyProxy {
  port: number;
  /** Broken connections, with bytes in transit in both directions. */
  cuts(): number;
  /** Ends all faults. */
  restore(): void;
}

/**
 * Opens a proxy to a port on 127.0.0.1 that breaks each connection within `longestMs` after delaying or splitting its
 * data, and that refuses some immediately. It is closed after the test.
 */
export async function openFaultyProxy(
  t: Test,
  target: number,
  { random, longestMs }: { random: () => number; longestMs: number },
): Promise<FaultyProxy> {
  const sockets = new Set<Socket>();
  let cuts = 0;
  let faulty = true;

  const server = createServer((near) => {
    if (faulty && random() < 0.1) {
      near.destroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    const both = [
      [near, far],
      [far, near],
    ] as const;
    for (const [socket, other] of both) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      void pass(socket, other);
    }
    if (!faulty) return;
    const timer = setTimeout(() => cut(near, far), random() * longestMs);
    near.on('close', () => clearTimeout(timer));
  });

  function cut(near: Socket, far: Socket): void {
    cuts += 1;
    // By a reset, or by an end that looks like the other side's.
    if (random() < 0.5) near.resetAndDestroy();
    else near.destroy();
    far.destroy();
  }

  /** Forwards bytes as they arrive, in pieces, late, or not for a while. */
  async function pass(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        const luck = faulty ? random() : 1;
        if (luck < 0.1) await sleep(random() * 100);
        const piece = luck < 0.3 ? Math.ceil(chunk.length / 3) : chunk.length;
        for (let at = 0; at < chunk.length; at += piece) {
          if (!to.write(chunk.subarray(at, at + piece)))
            await Promise.race([once(to, 'drain'), once(to, 'close')]);
          if (piece < chunk.length) await sleep(1);
        }
      }
      to.end();
    } catch {
      // A cut connection is expected here.
      to.destroy();
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  });
  return {
    port: (server.address() as AddressInfo).port,
    cuts: () => cuts,
    restore: () => void (faulty = false),
  };
}
