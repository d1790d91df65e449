import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mock } from 'node:test';
import { test } from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import { createHeartbeat } from '../../../../src/api/shared/heartbeat.ts';

const SOCKETS = 30;
const SECOND = 1_000;

await test('thousands of sockets are pinged evenly, each once in 15 s', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  const heartbeat = createHeartbeat({ contained: (_boundary, error) => t.fail(String(error)) });
  t.teardown(() => heartbeat.stop());
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.teardown(() => server.close());
  server.on('connection', (socket) => {
    heartbeat.watch(socket);
    socket.on('message', () => socket.send('heard'));
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pings = Array.from({ length: SOCKETS }, () => 0);
  const clients = await Promise.all(
    pings.map(async (_, place) => {
      const client = new WebSocket(`ws://127.0.0.1:${port}`);
      t.teardown(() => client.terminate());
      client.on('ping', () => (pings[place] = (pings[place] ?? 0) + 1));
      await once(client, 'open');
      return client;
    }),
  );
  /** Advances the clock. Messages sent before an answer arrive before it. */
  async function after(seconds: number): Promise<number> {
    mock.timers.tick(seconds * SECOND);
    await Promise.all(
      clients.map((client) => {
        client.send('?');
        return once(client, 'message');
      }),
    );
    return pings.reduce((sum, each) => sum + each);
  }

  t.equal(await after(1), 2);
  t.equal(await after(1), 4);
  t.equal(await after(13), SOCKETS);
  t.same([...new Set(pings)], [1]);
  await after(15);
  t.same([...new Set(pings)], [2]);
});
