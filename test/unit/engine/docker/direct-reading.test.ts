import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { test } from 'tap';
import type { Test } from 'tap';
import { readDirectly, withDirectReading } from '../../../../src/engine/docker/client.ts';

/** A server that sends plain answers, and `bytes` after an upgrade. */
async function serve(t: Test, bytes: Buffer, agent = withDirectReading(new Agent())) {
  const server = createServer((_asked, answer) => answer.end('plain'));
  server.on('upgrade', (_asked, socket) => {
    socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    socket.end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  return (headers: Record<string, string> = {}) => request({ host: '127.0.0.1', port, agent, headers });
}

async function upgraded(ask: Awaited<ReturnType<typeof serve>>): Promise<Duplex> {
  const asked = ask({ connection: 'Upgrade', upgrade: 'tcp' });
  asked.end();
  const [, socket, head] = (await once(asked, 'upgrade')) as [unknown, Duplex, Buffer];
  if (head.length > 0) socket.unshift(head);
  return socket;
}

await test('answers are read as on any connection', async (t) => {
  const ask = await serve(t, Buffer.alloc(0));
  const asked = ask();
  asked.end();
  const [answer] = (await once(asked, 'response')) as [AsyncIterable<Buffer>];
  let text = '';
  for await (const chunk of answer) text += chunk.toString();
  t.equal(text, 'plain');
});

await test('a reader gets all bytes of an upgraded connection, after any delays and pauses', async (t) => {
  const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => at % 251));
  const askDirectly = await serve(t, bytes);
  const askPlainly = await serve(t, bytes, new Agent());
  for (const [ask, delayMs] of [
    [askDirectly, 0],
    [askDirectly, 100],
    [askPlainly, 0],
    [askPlainly, 100],
  ] as const) {
    const socket = await upgraded(ask);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const closed = once(socket, 'close');
    const pieces: Buffer[] = [];
    let lent = 0;
    readDirectly(socket, (piece) => {
      t.equal(lent, 0, 'nothing arrives during a pause');
      pieces.push(Buffer.from(piece));
      if (pieces.length % 3 > 0) return true;
      lent += 1;
      setTimeout(() => {
        lent -= 1;
        socket.resume();
      }, 5);
      return false;
    });
    socket.end();
    await closed;
    t.ok(Buffer.concat(pieces).equals(bytes));
  }
});
