import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import { WebSocket } from 'ws';
import { startPreviewWorld } from '../../kit/service/previews.ts';

await test('access to a port of a machine', async (t) => {
  const world = await startPreviewWorld(t);
  const { berth, visit, openPort, ask } = world;
  const owner = await world.member('owner', 'STUDENT');
  const other = await world.member('other', 'STUDENT');
  const instructor = await world.member('instructor', 'INSTRUCTOR');
  const session = await world.startSession(owner.token);
  const { port } = new URL(berth.url);

  const codeOf = async (opening: Promise<unknown>) =>
    opening.then(
      () => 'ok',
      (error: { errors?: { extensions?: { code?: string } }[] }) => error.errors?.[0]?.extensions?.code,
    );

  await t.test('its owner and staff have access; for others it does not exist', async (t) => {
    t.equal(await codeOf(openPort(owner.token, session)), 'ok');
    t.equal(await codeOf(openPort(other.token, session)), 'SESSION_NOT_FOUND');
    t.equal(await codeOf(openPort(instructor.token, session)), 'ok');
    t.equal(await codeOf(openPort(berth.adminToken, session)), 'ok');
    t.equal(await codeOf(openPort('', session)), 'UNAUTHENTICATED');
    t.equal(await codeOf(openPort(owner.token, session, 8080, 'none')), 'MACHINE_NOT_FOUND');
    for (const wrong of [0, -1, 65_536])
      t.equal(await codeOf(openPort(owner.token, session, wrong)), 'INPUT_INVALID');
    t.equal(await codeOf(openPort(owner.token, session, 65_535)), 'ok');
  });

  await t.test('the lab’s ports have names and addresses', async (t) => {
    const query = 'query ($id: ID!) { session(id: $id) { machines { ports { port name url } } } }';
    const data = await berth.graphql<{ session: unknown }>(query, { id: session }, owner.token);
    const { host } = await openPort(owner.token, session);
    t.same(data.session, {
      machines: [
        {
          ports: [
            { port: 8080, name: 'Your web site', url: `http://${host}/` },
            { port: 3000, name: 'Port 3000', url: `http://${host.replace('-8080.', '-3000.')}/` },
          ],
        },
      ],
    });
  });

  await t.test('a grant works once, for its own port, and so does its cookie', async (t) => {
    const site = await visit(owner.token, session);
    t.match(site.entered.headers['set-cookie'], [
      /^berth-preview=berthpass_[\w-]+; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/,
    ]);
    const path = site.url.pathname + site.url.search;
    t.equal((await ask(site.host, { path })).statusCode, 401, 'another browser with the address');
    const again = await site.get(path);
    t.match([again.statusCode, again.headers.location], [303, '/'], 'the same browser, loading again');

    const elsewhere = await openPort(owner.token, session, 3000);
    t.equal((await ask(site.host, { path: elsewhere.pathname + elsewhere.search })).statusCode, 401);
    t.equal((await ask(elsewhere.host, { path: '/', headers: { cookie: site.cookie } })).statusCode, 401);
    t.equal(
      (await ask(elsewhere.host, { path: elsewhere.pathname + elsewhere.search })).statusCode,
      303,
      'it is still valid',
    );
  });

  await t.test('a user without a grant gets a link to the app', async (t) => {
    const { host } = await openPort(owner.token, session);
    for (const headers of [
      {},
      { cookie: 'berth-preview=guess' },
      { authorization: `Bearer ${owner.token}` },
    ]) {
      const answer = await ask(host, { headers: { ...headers, accept: 'text/html' } });
      t.equal(answer.statusCode, 401);
      t.match(await text(answer), `<a href="http://localhost:${port}/">`);
    }
    const enter = await ask(host, { path: '/__berth/enter?grant=x&to=//elsewhere.example/' });
    t.equal(enter.statusCode, 400);
    t.equal((await ask(host, { path: '/__berth/other' })).statusCode, 404);
  });

  await t.test('the app is not served at a preview’s host, nor previews at the app’s', async (t) => {
    const { host, cookie } = await visit(owner.token, session);
    const answer = await ask(host, {
      path: '/graphql',
      headers: { cookie, authorization: `Bearer ${owner.token}` },
    });
    t.match([answer.statusCode, await text(answer)], [404, 'not there'], 'the machine’s own');
    t.equal((await ask(host, { path: '/healthz' })).statusCode, 401);
    for (const unknown of [
      'preview.localhost',
      'x.preview.localhost',
      `x.${host}`,
      host.replace('-8080', '-99999'),
    ]) {
      const nowhere = await ask(unknown, { path: '/healthz', headers: { cookie, accept: 'text/html' } });
      t.equal(nowhere.statusCode, 404, unknown);
      t.match(await text(nowhere), 'Open the port from the lab again');
    }
    const app = await ask(`localhost:${port}`, { path: '/healthz', headers: { 'x-forwarded-host': host } });
    t.match(await text(app), 'alive');
    t.equal((await ask(`${host}.example`, { path: '/healthz' })).statusCode, 200, 'only a similar name');
    t.equal((await ask(host.toUpperCase(), { path: '/', headers: { cookie } })).statusCode, 200);
  });

  await t.test('no page of another session has access', async (t) => {
    const { host, cookie } = await visit(owner.token, session);
    const second = await world.startSession(other.token, { server: false });
    const foreign = `http://${(await openPort(other.token, second)).host}`;
    for (const origin of [foreign, 'null', `http://localhost:${port}`, 'https://elsewhere.example']) {
      t.equal((await ask(host, { headers: { cookie, origin } })).statusCode, 403, origin);
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { host, cookie, origin } });
      const [, refused] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
      t.equal(refused.statusCode, 403, origin);
      socket.on('error', () => undefined).terminate();
    }
    const sibling = `http://${host.replace('-8080.', '-3000.')}`;
    t.equal((await ask(host, { headers: { cookie, origin: sibling } })).statusCode, 200);
  });

  await t.test('ambiguous requests are rejected', async (t) => {
    const { host, cookie } = await visit(owner.token, session);
    const send = async (...lines: string[]) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(lines.join('\r\n'));
      return text(socket);
    };
    const common = [`Cookie: ${cookie}`, 'Connection: close'];
    const smuggled = ['', '0', '', 'GET /echo-smuggled HTTP/1.1', `Host: ${host}`, ...common, '', ''];
    const both = ['Content-Length: 6', 'Transfer-Encoding: chunked'];
    const refusedAs400 = /^HTTP\/1\.1 400 [^]*$/;
    t.match(
      await send('POST /echo HTTP/1.1', `Host: ${host}`, ...common, ...both, ...smuggled),
      refusedAs400,
    );
    t.match(
      await send(
        'POST /echo HTTP/1.1',
        `Host: ${host}`,
        ...common,
        'Content-Length: 1',
        'Content-Length: 2',
        '',
        'xx',
      ),
      refusedAs400,
    );
    t.match(
      await send(
        'POST /echo HTTP/1.1',
        `Host: ${host}`,
        ...common,
        'Transfer-Encoding: chunked, identity',
        '',
        '0',
        '',
        '',
      ),
      refusedAs400,
    );
    t.match(
      await send('GET /echo HTTP/1.1', `Host: ${host}`, `Host: localhost:${port}`, ...common, '', ''),
      refusedAs400,
    );
    t.match(
      await send(`GET http://localhost:${port}/echo HTTP/1.1`, `Host: ${host}`, ...common, '', ''),
      refusedAs400,
    );
    t.match(
      await send('GET /echo HTTP/1.1', `Host: ${host}`, ...common, `X: ${'y'.repeat(20_000)}`, '', ''),
      /^HTTP\/1\.1 431 /,
    );
    const hidden = await send(
      'GET /echo HTTP/1.1',
      `Host: ${host}`,
      `Cookie: ${cookie}`,
      'Connection: close, Content-Length',
      'Content-Length: 4',
      '',
      'GET ',
    );
    t.match(hidden, /\r\n\r\nGET \/echo HTTP\/1\.1\r\n[^]*\r\n\r\nGET $/, 'a body stays a body');
    const upgraded = await send(
      'GET /echo HTTP/1.1',
      `Host: ${host}`,
      `Cookie: ${cookie}`,
      'Connection: Upgrade',
      'Upgrade: h2c',
      '',
      '',
    );
    t.match(upgraded, /^HTTP\/1\.1 200 [^]*\r\n\r\nGET \/echo/);
    t.notMatch(upgraded.split('\r\n\r\n')[1], /upgrade/i, 'another protocol is rejected');
  });

  const losses = [
    ['a disabled user', 'id', 'updateUser(input: { user: $id, disabled: true })', 401],
    ['an instructor who leaves', 'membership', 'updateMember(input: { member: $id, active: false })', 404],
  ] as const;
  for (const [who, key, lose, status] of losses) {
    await t.test(`${who} loses access immediately, also open connections`, async (t) => {
      const member = await world.member('assistant', 'INSTRUCTOR');
      const site = await visit(member.token, session);
      const events = await site.get('/events');
      events.on('error', () => undefined).resume();
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
        headers: { host: site.host, cookie: site.cookie },
      });
      await once(socket, 'open');
      const mine = await visit(owner.token, session);
      const ends = new Promise((resolve) => events.once('close', resolve));
      const closed = Promise.all([once(socket, 'close'), ends]);
      await berth.graphql(`mutation ($id: ID!) { ${lose} { __typename } }`, { id: member[key] });
      await closed;
      t.equal((await site.read('/')).status, status);
      t.equal((await mine.read('/')).status, 200, 'others stay');
    });
  }

  await t.test('a revoked token or a sign-out ends open connections', async (t) => {
    const revoked = await world.member('revoked', 'INSTRUCTOR');
    const made = await berth.graphql<{ createToken: { token: { id: string }; secret: string } }>(
      'mutation { createToken(input: { name: "second", scopes: [READ, LEARN, MANAGE] }) { token { id } secret } }',
      {},
      revoked.token,
    );
    const first = await visit(revoked.token, session);
    const byToken = await visit(made.createToken.secret, session);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
      headers: { host: byToken.host, cookie: byToken.cookie },
    });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await berth.graphql(
      `mutation { revokeToken(input: { token: "${made.createToken.token.id}" }) { revokedId } }`,
      {},
      revoked.token,
    );
    await closed;
    t.equal((await byToken.read('/')).status, 401);
    t.equal((await first.read('/')).status, 200, 'connections of another token stay');

    const { createSignInLink } = await berth.graphql<{ createSignInLink: { url: string } }>(
      `mutation { createSignInLink(input: { user: "${revoked.id}" }) { url } }`,
    );
    const link = new URL(createSignInLink.url).pathname.split('/').at(-1) ?? '';
    const signedIn = await fetch(`${berth.url}/sign-in`, {
      method: 'POST',
      body: new URLSearchParams({ secret: link }),
      redirect: 'manual',
    });
    const own = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const asBrowser = { cookie: own, 'x-berth-client': 'web' };
    const opening = await fetch(`${berth.url}/graphql`, {
      method: 'POST',
      headers: { ...asBrowser, 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `mutation { openPort(input: { session: "${session}", machine: "main", port: 8080 }) { url } }`,
      }),
    });
    const { data } = (await opening.json()) as { data: { openPort: { url: string } } };
    const url = new URL(data.openPort.url);
    const entered = await ask(url.host, { path: url.pathname + url.search });
    const cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    t.equal((await ask(url.host, { headers: { cookie } })).statusCode, 200);
    await fetch(`${berth.url}/sign-out`, { method: 'POST', headers: asBrowser });
    t.equal((await ask(url.host, { headers: { cookie } })).statusCode, 401, 'signed out');
    t.equal((await first.read('/')).status, 200, 'connections of a token stay');
  });

  await t.test('nothing is accessible after the session’s end', async (t) => {
    const site = await visit(owner.token, session);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
      headers: { host: site.host, cookie: site.cookie },
    });
    await once(socket, 'open');
    const unused = await openPort(owner.token, session);
    const closed = once(socket, 'close');
    await berth.graphql(
      'mutation ($s: ID!) { stopSession(input: { session: $s }) { session { id } } }',
      { s: session },
      owner.token,
    );
    await closed;
    t.match((await site.read('/', { headers: { accept: 'text/html' } })).body, 'The lab is not running');
    t.equal(await codeOf(openPort(owner.token, session)), 'SESSION_NOT_READY');
    await ask(unused.host, { path: unused.pathname + unused.search });
    await berth.graphql(
      'mutation ($s: ID!) { deleteSession(input: { session: $s }) { deletedId } }',
      { s: session },
      owner.token,
    );
    t.match(String((await site.read('/')).status), /^40[14]$/, 'as if it had never existed');
  });
});
