import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { WebSocket } from 'ws';
import { readGlobalId } from '../../../src/api/shared/global-id.ts';
import { startPreviewWorld, WEB_PORT } from '../../kit/service/previews.ts';
import { until } from '../../kit/basics/until.ts';

const MEBIBYTE = 1024 * 1024;

/** Malformed response heads, some of which Node's parser accepts. */
const BROKEN_HEADS = [
  ...['000', '001', '099', '100', '101', '102', '103', '199', '204', '304', '600', '999'].map(
    (status) => `HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`,
  ),
  'HTTP/1.1 000\r\n\r\n',
  'HTTP/1.1 200 \x01\x7f\xff\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX: \x01\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX: \x7f\xe9\xff\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX y: 1\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\n: 1\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTrailer: X-After\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\nok\r\n0\r\nX: \x01\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok',
  'HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nthere',
  'HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\nrest',
  'HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX: \xff\r\n\r\n',
  'HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 103 Early\r\nLink: \xff\r\n\r\nHTTP/1.1 098 X\r\n\r\n',
  'HTTP/0.0 000 X\r\n\r\n',
  '\r\n\r\n',
];

await test('a web server in a machine, through its preview', async (t) => {
  const world = await startPreviewWorld(t);
  const { id: userId, token } = await world.member('learner', 'STUDENT');
  const session = await world.startSession(token);
  const site = await world.visit(token, session);

  await t.test('has its own host', async (t) => {
    t.match(site.host, /^[a-z0-9]+-main-8080\.preview\.localhost:\d+$/);
    t.equal(site.entered.statusCode, 303);
    t.match(site.entered.headers, {
      location: '/',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    const lines = () => world.berth.output().split('\n');
    const opened = () => lines().filter((line) => line.includes('a port was opened'));
    await until(async () => opened().length === 1);
    t.match(JSON.parse(opened()[0] ?? '{}'), {
      userId: readGlobalId(userId)?.id,
      sessionId: readGlobalId(session)?.id,
      machine: 'main',
      port: WEB_PORT,
    });
    const page = await site.read('/');
    t.equal(page.status, 200);
    t.match(page.body, 'Hello from the machine');
  });

  await t.test("gets the browser's request, without Berth’s own headers", async (t) => {
    const { body } = await site.read('/echo?a=%20b', {
      method: 'PUT',
      body: 'a body',
      headers: {
        cookie: `theme=dark; ${site.cookie}; __Host-berth=x; berth=secret; last=1`,
        authorization: 'Bearer berth_something',
        'x-forwarded-host': 'forged.example',
        'x-berth-client': 'web',
        'content-length': 6,
        'x-own': 'kept',
        connection: 'close, X-Hop',
        'x-hop': '1',
      },
    });
    const [head = '', sent] = body.split('\r\n\r\n');
    t.match(head, /^PUT \/echo\?a=%20b HTTP\/1\.1\r\n/);
    t.match(head, `\r\nhost: ${site.host}\r\n`);
    t.match(head, '\r\ncookie: theme=dark; last=1\r\n');
    t.match(head, '\r\nx-own: kept\r\n');
    t.match(head, `\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: ${site.host}\r\n`);
    t.notMatch(head, /authorization|forged|berth-preview|berth=|x-berth|x-hop/i);
    t.equal(sent, 'a body');
    const basic = await site.read('/echo', { headers: { authorization: 'Basic abc' } });
    t.match(basic.body, 'authorization: Basic abc', "the lab's own password stays");
  });

  await t.test('answers with its own headers, limited to its own host', async (t) => {
    const { status, headers } = await site.read('/headers');
    t.equal(status, 201);
    t.same(headers['set-cookie'], ['own=1; Path=/', 'two=2; HttpOnly']);
    t.equal(headers['x-own'], 'a, b');
    t.notOk(headers['clear-site-data'] ?? headers['x-gone']);
    t.match(
      headers['content-security-policy'],
      "default-src 'self', frame-ancestors 'self' http://localhost:",
    );
  });

  await t.test('gets any method', async (t) => {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'PATCH']) {
      t.match((await site.read('/echo', { method })).body, new RegExp(`^${method} /echo`), method);
    }
    const head = await site.read('/', { method: 'HEAD' });
    t.match(head, { status: 200, body: '', headers: { 'content-length': '12345' } });
    t.match(await site.read('/nothing'), { status: 404, body: 'not there' });
    t.match(await site.read('/until-close'), { status: 200, body: 'all of it' });
  });

  await t.test('streams its answer, and is notified when nobody reads', async (t) => {
    const events = await site.get('/events');
    const [first] = (await once(events, 'data')) as [Buffer];
    t.equal(first.toString(), 'data: 1\n\n');
    events.destroy();
  });

  await t.test('gets bodies as they arrive, with any framing', async (t) => {
    const length = 512 * 1024;
    const body = 'x'.repeat(length);
    t.match(await site.read('/count', { method: 'POST', body, headers: { 'content-length': length } }), {
      body: String(length),
    });
    t.match(
      await site.read('/count', { method: 'DELETE', body, headers: { 'transfer-encoding': 'chunked' } }),
      { body: String(length) },
    );
    const asked = await site.read('/count', { method: 'POST', body, headers: { expect: '100-continue' } });
    t.equal(asked.body, String(length));
  });

  await t.test('answers many requests at once, over kept connections', async (t) => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => site.read('/slow-head')));
    t.ok(answers.every(({ body }) => body === 'slow'));
    const first = await site.read('/connection');
    for (let time = 0; time < 10; time += 1) t.equal((await site.read('/connection')).body, first.body);
  });

  await t.test('uses WebSocket', async (t) => {
    const { port } = new URL(world.berth.url);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws?topic=1`, {
      headers: { host: site.host, cookie: `${site.cookie}; mine=1`, origin: `http://${site.host}` },
    });
    await once(socket, 'open');
    socket.send('hello');
    const [message] = (await once(socket, 'message')) as [Buffer];
    t.match(message.toString(), /^hello\nGET \/ws\?topic=1 HTTP\/1\.1\r\n/);
    t.match(message.toString(), /\r\ncookie: mine=1\r\n/i);
    t.notMatch(message.toString(), 'berth');
    for (let count = 0; count < 50; count += 1) {
      socket.send(`number ${count}`);
      const [answer] = (await once(socket, 'message')) as [Buffer];
      t.equal(answer.toString(), `number ${count}`);
    }
    socket.close();
    await once(socket, 'close');
  });

  await t.test('errors are shown on a page', async (t) => {
    const html = { headers: { accept: 'text/html' } };
    const other = await world.visit(token, session, 3000);
    const closed = await other.read('/', html);
    t.equal(closed.status, 502);
    t.match(closed.body, 'Nothing responds on port 3000');
    t.match(closed.body, '<meta http-equiv="refresh" content="3">');
    await world.startWebServer(session, 3000);
    t.match(await other.read('/', html), { status: 200, body: /Hello/ });

    for (const path of ['/not-http', '/bad-status', '/two-lengths', '/endless-head', '/unasked-switch']) {
      const { status, body } = await site.read(path, html);
      t.equal(status, 502, path);
      t.match(body, `port ${WEB_PORT} of the machine`, path);
    }
    const program = await site.read('/bad-status');
    t.match(JSON.parse(program.body), { code: 'PREVIEW_BROKEN', status: 502 });
    await t.rejects(site.read('/cut'), 'an aborted answer is aborted');
    t.match(await site.read('/more-than-said'), { body: 'ok' });
    t.match(await site.read('/echo'), { body: /^GET \/echo/ }, 'an unrequested answer is ignored');
  });

  await t.test('malformed response heads cannot end the service', async (t) => {
    const pid = world.berth.pid();
    const broken = (head: string) => `/raw/${Buffer.from(head, 'latin1').toString('hex')}`;
    const tried = BROKEN_HEADS.map(async (head) => {
      const plain = await site.read(broken(head)).catch(() => undefined);
      t.ok((plain?.status ?? 502) >= 200, JSON.stringify(head));
      await upgradeTo(world.berth.url, site, { path: broken(head), protocol: 'websocket' });
    });
    await Promise.all(tried);
    t.match(await site.read(broken('HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n')), { status: 502 });
    const upgraded = await upgradeTo(world.berth.url, site, {
      path: broken('HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n'),
      protocol: 'websocket',
    });
    t.match(upgraded, /^HTTP\/1\.1 502 /);
    t.match(await site.read('/'), { status: 200 });
    t.equal(world.berth.pid(), pid);
    t.ok(world.berth.runs(), 'the same process still runs');
  });

  await t.test('connections beyond the limit are rejected, for any protocol', async (t) => {
    const pid = world.berth.pid();
    const open = await Promise.all(Array.from({ length: 100 }, () => site.get('/events')));
    for (const protocol of ['foo', 'websocket', 'h2c, websocket', 'TLS/1.0']) {
      const answer = await upgradeTo(world.berth.url, site, { path: '/', protocol });
      t.match(answer, /^HTTP\/1\.1 429 [^]*PREVIEW_LIMIT/, protocol);
    }
    t.match(await site.read('/'), { status: 429 });
    for (const answer of open) answer.on('error', () => undefined).destroy();
    await until(async () => (await site.read('/')).status === 200);
    t.equal(world.berth.pid(), pid);
    t.ok(world.berth.runs(), 'the same process still runs');
  });

  await t.test('ended connections do not count', async (t) => {
    const leave = () => leaveAtOnce(world.berth.url, site);
    const ask = () => upgradeTo(world.berth.url, site, { path: '/nothing', protocol: 'foo' });
    // More than a session may have at once.
    for (let time = 0; time < 4; time += 1) {
      await Promise.all(Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? leave() : ask())));
    }
    await until(async () => (await site.read('/')).status === 200);
    t.match(await site.read('/'), { status: 200 });
  });

  await t.test('a large answer arrives completely, with little of it in memory', async (t) => {
    const before = await memoryOf(world.berth.pid());
    const answer = await site.get('/large/200');
    // A slow reader pauses the machine, and not the service.
    await sleep(1_500);
    let most = await memoryOf(world.berth.pid());
    let bytes = 0;
    for await (const chunk of answer) {
      bytes += (chunk as Buffer).length;
      if (bytes % 50 === 0) most = Math.max(most, await memoryOf(world.berth.pid()));
    }
    most = Math.max(most, await memoryOf(world.berth.pid()));
    t.equal(bytes, 200 * MEBIBYTE);
    t.ok(most - before < 100 * MEBIBYTE, `memory grew by ${Math.round((most - before) / MEBIBYTE)} MiB`);
  });

  await t.test('it does not keep the service from stopping', async (t) => {
    const events = await site.get('/events');
    events.on('error', () => undefined).resume();
    const ended = new Promise((resolve) => events.once('close', resolve));
    t.equal(await world.berth.stop(), 0);
    await ended;
    t.notMatch(world.berth.output(), 'did not stop in time');
  });
});

interface Site {
  host: string;
  cookie: string;
}

/** The whole answer to an upgrade request, until the connection ends or is quiet. */
async function upgradeTo(url: string, site: Site, { path, protocol }: { path: string; protocol: string }) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.setTimeout(2_000, () => socket.destroy());
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${site.host}\r\nCookie: ${site.cookie}\r\n`);
  socket.write(`Connection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
  return await text(socket).catch(() => 'broken');
}

/** Sends a request and disconnects before the answer. */
async function leaveAtOnce(url: string, site: Site): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  const head = `GET /events HTTP/1.1\r\nHost: ${site.host}\r\nCookie: ${site.cookie}\r\n\r\n`;
  await new Promise((resolve) => socket.write(head, resolve));
  socket.resetAndDestroy();
}

/** Memory of a process, in bytes. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}
