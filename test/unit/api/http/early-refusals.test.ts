import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import type { Test } from 'tap';
import { createServer } from '../../../../src/api/app.ts';
import { addEarlyRefusals } from '../../../../src/api/http/early-refusals.ts';
import { addProblems } from '../../../../src/api/http/problem.ts';
import { addBodyDeadline, STREAMS_BODY } from '../../../../src/api/http/request-ends.ts';
import { readConfig } from '../../../../src/config/config.ts';
import { allScopes } from '../../../../src/domains/identity/actor.ts';

const KIB = 1024;
/** Far more than the service and the operating system buffer on a connection. */
const LARGE = 1024 * KIB;

/** Starts a server with some routes, where requests with any token come from a user. */
async function startServer(t: Test) {
  const app = createServer(readConfig({ BERTH_LOG_LEVEL: 'silent' }));
  addProblems(app);
  addBodyDeadline(app, { limitMs: 60_000, lingerMs: 200 });
  app.decorateRequest('actor', undefined);
  app.addHook('onRequest', async (request) => {
    if (request.headers.authorization) request.actor = { userId: 'ada', role: 'admin', scopes: allScopes };
  });
  addEarlyRefusals(app);
  const handled: string[] = [];
  for (const path of ['/api/v1/things', '/open']) {
    app.post(path, async ({ body }) => {
      handled.push(path);
      return { length: JSON.stringify(body).length };
    });
  }
  app.post('/api/v1/stream', STREAMS_BODY, async () => ({ streamed: true }));
  await app.listen();
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;

  /** Sends the head of a request and at most a part of its body, and returns the head of the response. */
  async function ask(path: string, headers: Record<string, string | number>, part = '') {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    t.teardown(() => socket.destroy());
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\n${lines.join('')}\r\n${part}`);
    const [head] = await once(socket, 'data');
    return { socket, head: String(head) };
  }
  return { port, handled, ask };
}

const json = { 'content-type': 'application/json' };

await test('requests are refused before their body arrives', async (t) => {
  const { handled, ask } = await startServer(t);
  const signedIn = { ...json, authorization: 'Bearer x' };
  const refused: [path: string, headers: Record<string, string | number>, status: number, code: string][] = [
    ['/api/v1/things', { ...json, 'content-length': 10 }, 401, 'UNAUTHENTICATED'],
    ['/api/v1/things', { ...json, 'transfer-encoding': 'chunked' }, 401, 'UNAUTHENTICATED'],
    ['/api/v1/stream', { ...json, 'content-length': LARGE }, 401, 'UNAUTHENTICATED'],
    ['/unknown', { ...json, 'content-length': 10 }, 404, 'NOT_FOUND'],
    ['/api/v1/unknown', { 'content-type': 'text/plain', 'content-length': LARGE }, 404, 'NOT_FOUND'],
    ['/api/v1/things', { ...signedIn, 'content-length': 16 * KIB + 1 }, 413, 'BODY_TOO_LARGE'],
    ['/open', { ...json, 'content-length': LARGE }, 413, 'BODY_TOO_LARGE'],
  ];
  for (const [path, headers, status, code] of refused) {
    const { head } = await ask(path, headers);
    t.ok(head.startsWith(`HTTP/1.1 ${status} `), `${path}: ${head.slice(0, 40)}`);
    t.match(head, `"code":"${code}"`);
    t.match(head, /content-type: application\/problem\+json/);
  }
  t.same(handled, []);
});

await test('bodies up to 16 KiB are read, and a larger one is refused also without a stated length', async (t) => {
  const { port, ask } = await startServer(t);
  const body = JSON.stringify('x'.repeat(16 * KIB - 2));
  const taken = await fetch(`http://127.0.0.1:${port}/open`, { method: 'POST', headers: json, body });
  t.same(await taken.json(), { length: 16 * KIB });
  const larger = `${(16 * KIB + 1).toString(16)}\r\n${body} \r\n0\r\n\r\n`;
  const { head } = await ask('/open', { ...json, 'transfer-encoding': 'chunked' }, larger);
  t.match(head, /^HTTP\/1\.1 413 /);
  t.match(head, /"code":"BODY_TOO_LARGE"/);
  t.match(head, /At most 16384 bytes/);
});

await test('a refused body is discarded for a short time only', async (t) => {
  const { ask } = await startServer(t);
  const { socket, head } = await ask('/api/v1/things', {
    ...json,
    'transfer-encoding': 'chunked',
  });
  t.match(head, /^HTTP\/1\.1 401 /);
  let sent = 0;
  const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
  const sending = setInterval(() => {
    if (socket.writable && socket.writableLength < LARGE) sent += Number(socket.write(chunk));
  }, 1);
  await once(socket, 'close');
  clearInterval(sending);
  t.ok(sent > 0, `the client sent ${sent} chunks until the connection was closed`);
});
