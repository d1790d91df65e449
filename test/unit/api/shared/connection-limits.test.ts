import { once } from 'node:events';
import { connect } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import type { FastifyReply } from 'fastify';
import type { Test } from 'tap';
import { createServer } from '../../../../src/api/app.ts';
import { readConfig } from '../../../../src/config/config.ts';
import { addBodyDeadline, STREAMS_BODY, addOpenRequests } from '../../../../src/api/http/request-ends.ts';
import { clientOf } from '../../../../src/api/shared/connection-limits.ts';
import { fault } from '../../../../src/core/errors.ts';
import { allScopes } from '../../../../src/domains/identity/actor.ts';
import type { Actor } from '../../../../src/domains/identity/actor.ts';
import type { CredentialWatch } from '../../../../src/domains/identity/credential-watch.ts';
import type { HeadTimes } from '../../../../src/api/http/host-router.ts';
import { until } from '../../../kit/basics/until.ts';

/** A server with the limits of `settings`, on its own port. */
async function startServer(
  t: Test,
  settings: Record<string, string>,
  signedIn?: { actor: Actor; watch: CredentialWatch['watch'] },
  times: HeadTimes = {},
) {
  const app = createServer(readConfig({ BERTH_LOG_LEVEL: 'silent', ...settings }), times);
  const warnings: [details: object, message: string][] = [];
  app.log.warn = (...given: unknown[]) => void warnings.push(given as [object, string]);
  addBodyDeadline(app, { limitMs: 200 });
  if (signedIn) {
    app.decorateRequest('actor', undefined);
    app.decorateRequest('ws', false);
    app.addHook('onRequest', async (request) => {
      request.actor = signedIn.actor;
    });
    addOpenRequests(app, { credentialWatch: signedIn });
  }
  let waiting: (() => void)[] = [];
  app.get('/', async () => 'here');
  app.get('/slow', () => new Promise((resolve) => waiting.push(() => resolve('late'))));
  app.post('/', async () => 'taken');
  app.post('/refused', { onRequest: async (_, reply) => reply.code(401).send('no') }, async () => 'taken');
  app.post('/stream', STREAMS_BODY, async () => 'taken');
  app.put('/stream', STREAMS_BODY, () => new Promise((resolve) => waiting.push(() => resolve('late'))));
  const refuse = { onRequest: async (_: unknown, reply: FastifyReply) => reply.code(401).send('no') };
  app.post('/refused-stream', { ...STREAMS_BODY, ...refuse }, async () => 'taken');
  await app.listen();
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const open: Socket[] = [];
  t.teardown(() => open.forEach((socket) => socket.destroy()));

  /** Opens a connection and sends `sent`. Returns all received data until it ends. */
  function send(sent: string) {
    const socket = connect(port, '127.0.0.1');
    open.push(socket);
    socket.on('error', () => undefined);
    if (sent) socket.write(sent);
    return { socket, answer: text(socket).catch(() => 'broken') };
  }
  return {
    app,
    port,
    send,
    answerSlow() {
      for (const answer of waiting) answer();
      waiting = [];
    },
    slow: () => waiting.length,
    warnings,
    refused: app.hostRouter.refused,
  };
}

/** How long a test waits before it fails and reports its counts, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Outcomes of a connection that the server closes immediately, before or after it sent a request. */
const CLOSED = new Set(['', 'broken']);
const GET = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const from = (address: string, path = '/', more = 'Connection: close\r\n') =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\n${more}\r\n`;

await test('limits the connections of a client, and frees a slot when one ends', async (t) => {
  const { send } = await startServer(t, { BERTH_MAX_CONNECTIONS_PER_CLIENT: '10' });
  const open = Array.from({ length: 10 }, () => send(''));
  await Promise.all(open.map(({ socket }) => once(socket, 'connect')));
  t.ok(CLOSED.has(await send(GET).answer));
  open[0]?.socket.destroy();
  await until(async () => (await send(GET).answer).startsWith('HTTP/1.1 200'));
});

await test('limits the connections of all clients together', async (t) => {
  const { send } = await startServer(t, { BERTH_MAX_CONNECTIONS: '10' });
  const open = Array.from({ length: 10 }, () => send(''));
  await Promise.all(open.map(({ socket }) => once(socket, 'connect')));
  t.ok(CLOSED.has(await send(GET).answer));
  open[0]?.socket.destroy();
  await until(async () => (await send(GET).answer).startsWith('HTTP/1.1 200'));
});

await test("behind a proxy, requests and upgrades count for the proxy's client", async (t) => {
  const server = await startServer(t, {
    BERTH_MAX_CONNECTIONS_PER_CLIENT: '10',
    BERTH_TRUST_PROXY: 'loopback',
  });
  const { send } = server;
  const slow = Array.from({ length: 10 }, () => send(from('203.0.113.9', '/slow')));
  await until(async () => server.slow() === 10);
  // Addresses that the client itself claims are ignored.
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

await test('a lost connection also ends its queued requests', async (t) => {
  const server = await startServer(t, {
    BERTH_MAX_CONNECTIONS_PER_CLIENT: '60',
    BERTH_TRUST_PROXY: 'loopback',
  });
  let open = 0;
  let closed = 0;
  server.app.server.on('request', (_: IncomingMessage, response: ServerResponse) => {
    open += 1;
    response.on('close', () => (closed += 1));
  });
  const { socket } = server.send(from('203.0.113.9', '/slow', '').repeat(50));
  await until(async () => server.slow() === 50);
  socket.destroy();
  await until(async () => closed === 50, PATIENCE_MS).catch(() => undefined);
  t.equal(closed, 50);
  server.answerSlow();
  const again = Array.from({ length: 60 }, () => server.send(from('203.0.113.9', '/slow')));
  await until(async () => server.slow() === 60);
  server.answerSlow();
  for (const { answer } of again) t.match(await answer, /^HTTP\/1\.1 200 /);
  t.equal(open, 110);
  t.equal(closed, 110, 'each response closes once');
});

await test('queued requests of a lost connection stop watching their credential', async (t) => {
  const actor: Actor = { userId: 'u', role: 'student', scopes: allScopes };
  let watched = 0;
  const watch = () => {
    watched += 1;
    return () => void (watched -= 1);
  };
  const { send, slow } = await startServer(t, {}, { actor, watch });
  const { socket } = send(from('x', '/slow', '').repeat(50));
  await until(async () => slow() === 50 && watched === 50);
  socket.destroy();
  await until(async () => watched === 0, PATIENCE_MS).catch(() => undefined);
  t.equal(watched, 0);
});

await test('a queued request ends with its credential, behind one that continues', async (t) => {
  const actor: Actor = { userId: 'u', role: 'student', scopes: allScopes };
  const ends: (() => void)[] = [];
  const watch: CredentialWatch['watch'] = (_, end) => {
    ends.push(() => end(fault('UNAUTHENTICATED')));
    return () => undefined;
  };
  const server = await startServer(t, {}, { actor, watch });
  const upload = 'PUT /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nxxx';
  for (const queued of [from('x', '/slow', ''), upload]) {
    ends.length = 0;
    const { socket, answer } = server.send(from('x', '/slow', '') + queued);
    await until(() => ends.length === 2, PATIENCE_MS);
    ends[1]?.();
    await until(() => socket.destroyed, PATIENCE_MS).catch(() => undefined);
    t.ok(socket.destroyed, queued);
    t.ok(CLOSED.has(await answer), 'neither is answered');
    server.answerSlow();
  }
});

await test('a rejected upgrade closes its connection, even if the client does not', async (t) => {
  const { app, port, send, slow, answerSlow } = await startServer(t, {
    BERTH_MAX_CONNECTIONS_PER_CLIENT: '10',
    BERTH_TRUST_PROXY: 'loopback',
  });
  const taken = Array.from({ length: 10 }, () => send(from('203.0.113.9', '/slow')));
  await until(async () => slow() === 10);
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  const answer = text(socket);
  socket.write(from('203.0.113.9', '/', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'));
  t.match(await answer, /^HTTP\/1\.1 429 /);
  answerSlow();
  await Promise.all(taken.map((each) => each.answer));
  const connections = () =>
    new Promise<number>((resolve) => app.server.getConnections((_, count) => resolve(count)));
  await until(async () => (await connections()) === 0, PATIENCE_MS).catch(() => undefined);
  t.equal(await connections(), 0);
});

await test('rejections are counted, and logged at most once a minute with the setting to change', async (t) => {
  const server = await startServer(t, { BERTH_MAX_CONNECTIONS_PER_CLIENT: '10' });
  const { send, warnings } = server;
  const open = Array.from({ length: 10 }, () => send(''));
  await Promise.all(open.map(({ socket }) => once(socket, 'connect')));
  t.equal(server.refused(), 0);
  for (let time = 0; time < 3; time++) await send(GET).answer;
  t.equal(server.refused(), 3);
  t.match(warnings, [
    [{ client: '127.0.0.1', limit: 10 }, /BERTH_MAX_CONNECTIONS_PER_CLIENT[^]*BERTH_TRUST_PROXY/],
  ]);
  t.equal(warnings.length, 1);
});

await test('also counts rejections at the total limit, and clients of a proxy', async (t) => {
  const all = await startServer(t, { BERTH_MAX_CONNECTIONS: '10' });
  const open = Array.from({ length: 10 }, () => all.send(''));
  await Promise.all(open.map(({ socket }) => once(socket, 'connect')));
  await all.send(GET).answer;
  t.equal(all.refused(), 1);
  t.match(all.warnings, [[{ client: '127.0.0.1', limit: 10 }, /BERTH_MAX_CONNECTIONS\./]]);

  const behind = await startServer(t, {
    BERTH_MAX_CONNECTIONS_PER_CLIENT: '10',
    BERTH_TRUST_PROXY: 'loopback',
  });
  for (let time = 0; time < 10; time++) behind.send(from('203.0.113.9', '/slow'));
  await until(async () => behind.slow() === 10);
  await behind.send(from('203.0.113.9')).answer;
  t.equal(behind.refused(), 1);
  t.match(behind.warnings, [[{ client: '203.0.113.9', limit: 10 }, /BERTH_MAX_CONNECTIONS_PER_CLIENT/]]);
  behind.answerSlow();
});

await test('an untrusted proxy is reported once', async (t) => {
  const { send, warnings } = await startServer(t, {});
  await send(GET).answer;
  t.equal(warnings.length, 0);
  for (let time = 0; time < 2; time++) await send(from('203.0.113.9')).answer;
  t.match(warnings, [[{ peer: '127.0.0.1' }, /X-Forwarded-For[^]*BERTH_TRUST_PROXY/]]);
  t.equal(warnings.length, 1);
});

await test('a connection whose header is late ends', async (t) => {
  const { send } = await startServer(t, {}, undefined, { headLimitMs: 300, checkEveryMs: 50 });
  for (const [name, sent] of [
    ['no byte at all', ''],
    ['half a head', 'GET / HTTP/1.1\r\nHost: x\r\n'],
  ] as const)
    t.match(await send(sent).answer, /^HTTP\/1\.1 408 /, name);
  const drip = send('GET / HTTP/1.1\r\n');
  const dripping = setInterval(() => drip.socket.write('X: y\r\n'), 50);
  t.match(await drip.answer, /^HTTP\/1\.1 408 /, 'one line at a time');
  clearInterval(dripping);
});

await test('a connection whose body is too slow ends, whatever its route', async (t) => {
  const { send } = await startServer(t, {});
  for (const [path, expected] of [
    ['/', /^HTTP\/1\.1 408 /],
    ['/refused', /^HTTP\/1\.1 401 /],
    ['/nowhere', /^HTTP\/1\.1 408 /],
    ['/refused-stream', /^HTTP\/1\.1 401 /],
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
  t.match(await whole.answer, /^HTTP\/1\.1 200 [^]*HTTP\/1\.1 200 /, 'a body in time keeps its connection');
  const stream = send(
    'POST /stream HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n',
  );
  setTimeout(() => stream.socket.end('{}'), 400);
  t.match(await stream.answer, /^HTTP\/1\.1 200 /, 'an upload has no time limit');
});

await test('one client can have many IPv6 addresses', async (t) => {
  t.equal(clientOf('2001:db8:1:2:3:4:5:6'), clientOf('2001:db8:1:2::1'));
  t.equal(clientOf('2001:db8::'), clientOf('2001:0db8:0:0:ffff::1'));
  t.not(clientOf('2001:db8:1:2::1'), clientOf('2001:db8:1:3::1'));
  t.equal(clientOf('::ffff:192.0.2.1'), '192.0.2.1');
  t.equal(clientOf('::1'), '0:0:0:0');
  t.equal(clientOf('fe80::1%eth0'), 'fe80:0:0:0');
  t.equal(clientOf(undefined), '');
});
