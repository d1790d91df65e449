import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import type { Test } from 'tap';
import { createServer } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { addBodyDeadline, STREAMS_BODY } from '../../../src/http/body-deadline.ts';
import { clientOf } from '../../../src/http/connection-limits.ts';
import { until } from '../../support/until.ts';

/** A server with the limits of `settings`, on a port of its own. */
async function startServer(t: Test, settings: Record<string, string>, bodyLimitMs = 200) {
  const app = createServer(readConfig({ BERTH_LOG_LEVEL: 'silent', ...settings }));
  addBodyDeadline(app, { limitMs: bodyLimitMs });
  let waiting: (() => void)[] = [];
  app.get('/', async () => 'here');
  app.get('/slow', () => new Promise((resolve) => waiting.push(() => resolve('late'))));
  app.post('/', async () => 'taken');
  app.post('/refused', { onRequest: async (_, reply) => reply.code(401).send('no') }, async () => 'taken');
  app.post('/stream', STREAMS_BODY, async () => 'taken');
  await app.listen();
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const open: Socket[] = [];
  t.teardown(() => open.forEach((socket) => socket.destroy()));

  /** A connection that has sent `sent`; gives all that comes back until it ends. */
  function send(sent: string) {
    const socket = connect(port, '127.0.0.1');
    open.push(socket);
    socket.on('error', () => undefined);
    if (sent) socket.write(sent);
    return { socket, answer: text(socket).catch(() => 'broken') };
  }
  return {
    send,
    answerSlow() {
      for (const answer of waiting) answer();
      waiting = [];
    },
    slow: () => waiting.length,
  };
}

/** What comes of a connection that is closed at once, before or after the request was sent. */
const CLOSED = new Set(['', 'broken']);
const GET = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const from = (address: string, path = '/', more = 'Connection: close\r\n') =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\n${more}\r\n`;

await test('a client has so many connections, and another as soon as one has ended', async (t) => {
  const { send } = await startServer(t, { BERTH_MAX_CONNECTIONS_PER_CLIENT: '10' });
  const open = Array.from({ length: 10 }, () => send(''));
  await Promise.all(open.map(({ socket }) => once(socket, 'connect')));
  t.ok(CLOSED.has(await send(GET).answer));
  open[0]?.socket.destroy();
  await until(async () => (await send(GET).answer).startsWith('HTTP/1.1 200'));
});

await test('all clients together have so many connections', async (t) => {
  const { send } = await startServer(t, { BERTH_MAX_CONNECTIONS: '10' });
  const open = Array.from({ length: 10 }, () => send(''));
  await Promise.all(open.map(({ socket }) => once(socket, 'connect')));
  t.ok(CLOSED.has(await send(GET).answer));
  open[0]?.socket.destroy();
  await until(async () => (await send(GET).answer).startsWith('HTTP/1.1 200'));
});

await test('behind a proxy, requests and upgrades are counted by the client that it serves', async (t) => {
  const server = await startServer(t, {
    BERTH_MAX_CONNECTIONS_PER_CLIENT: '10',
    BERTH_TRUST_PROXY: 'loopback',
  });
  const { send } = server;
  const slow = Array.from({ length: 10 }, () => send(from('203.0.113.9', '/slow')));
  await until(async () => server.slow() === 10);
  // What a client itself says of where it comes from counts for nothing.
  for (const address of ['203.0.113.9', '198.51.100.1, 203.0.113.9', '::ffff:203.0.113.9']) {
    t.match(await send(from(address)).answer, /^HTTP\/1\.1 429 /, address);
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
    t.match(await send(from(address, '/', upgrade)).answer, /^HTTP\/1\.1 429 /, `${address} by upgrade`);
  }
  t.match(await send(from('203.0.113.10')).answer, /^HTTP\/1\.1 200 /, 'another client of the proxy');
  server.answerSlow();
  await Promise.all(slow.map(({ answer }) => answer));
  await until(async () => (await send(from('203.0.113.9')).answer).startsWith('HTTP/1.1 200'));
});

await test('a body that comes too slowly ends its connection, wherever it is sent', async (t) => {
  const { send } = await startServer(t, {});
  for (const [path, expected] of [
    ['/', /^HTTP\/1\.1 408 /],
    ['/refused', /^HTTP\/1\.1 401 /],
    ['/nowhere', /^HTTP\/1\.1 408 /],
  ] as const) {
    for (const length of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
      const slow = send(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${length}\r\n\r\n`,
      );
      const drip = setInterval(() => slow.socket.write(length.startsWith('C') ? ' ' : '1\r\n \r\n'), 50);
      t.match(await slow.answer, expected, `${path} with ${length}`);
      clearInterval(drip);
    }
  }
  const whole = send(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n',
  );
  setTimeout(() => whole.socket.write('{}'), 50);
  setTimeout(() => whole.socket.write(GET), 300);
  t.match(await whole.answer, /^HTTP\/1\.1 200 [^]*HTTP\/1\.1 200 /, 'one in time keeps its connection');
  const stream = send(
    'POST /stream HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n',
  );
  setTimeout(() => stream.socket.end('{}'), 400);
  t.match(await stream.answer, /^HTTP\/1\.1 200 /, 'an upload has as long as it takes');
});

await test('one client has many IPv6 addresses', async (t) => {
  t.equal(clientOf('2001:db8:1:2:3:4:5:6'), clientOf('2001:db8:1:2::1'));
  t.equal(clientOf('2001:db8::'), clientOf('2001:0db8:0:0:ffff::1'));
  t.not(clientOf('2001:db8:1:2::1'), clientOf('2001:db8:1:3::1'));
  t.equal(clientOf('::ffff:192.0.2.1'), '192.0.2.1');
  t.equal(clientOf('::1'), '0:0:0:0');
  t.equal(clientOf('fe80::1%eth0'), 'fe80:0:0:0');
  t.equal(clientOf(undefined), '');
});
