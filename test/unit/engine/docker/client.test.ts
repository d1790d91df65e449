import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { test } from 'tap';
import type { Test } from 'tap';
import { connectEngine, readDirectly, withDirectReading } from '../../../../src/engine/docker/client.ts';

await test('an unsupported address is refused before anything is sent', (t) => {
  for (const host of ['ssh://host', 'npipe:////./pipe/docker']) {
    t.throws(() => connectEngine(host, {}), { code: 'CONFIG_INVALID', message: /DOCKER_HOST/ }, host);
  }
  t.throws(() => connectEngine('tcp://host', { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/no/such' }), {
    code: 'CONFIG_INVALID',
    message: /ca\.pem/,
  });
  t.end();
});

await test('the given address overrides the environment’s', (t) => {
  const before = process.env['DOCKER_HOST'];
  t.teardown(() => {
    if (before === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = before;
  });
  process.env['DOCKER_HOST'] = 'tcp://elsewhere:1';
  const { docker, close } = connectEngine('unix:///run/some.sock', {});
  t.match(docker.modem, { socketPath: '/run/some.sock', host: undefined, protocol: 'http' });
  close();
  t.end();
});

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
