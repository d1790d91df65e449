import { once } from 'node:events';
import websocket from '@fastify/websocket';
import fastify from 'fastify';
import t from 'tap';
import type { Test } from 'tap';
import { WebSocket } from 'ws';
import { addAuthentication } from '../../../src/api/http/sign-in/authentication.ts';
import { addProblems } from '../../../src/api/http/problem.ts';
import { createSessionCookie } from '../../../src/api/shared/credentials.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { createIdentity } from '../../kit/service/identity.ts';

async function createApp(t: Test, publicUrl?: string) {
  const database = await freshDatabase(t, 'sqlite');
  const identity = createIdentity(t, database);
  const { owner, other } = await createActors(database);
  const cookie = createSessionCookie({ publicUrl });
  const app = fastify();
  addProblems(app);
  await app.register(websocket);
  await addAuthentication(app, { authentication: identity.authentication, cookie, publicUrl });
  app.get('/me', tell);
  app.post('/me', tell);
  app.delete('/me', tell);
  app.get('/open', { config: { public: true } }, tell);
  app.get('/ws', { websocket: true }, (socket, request) => socket.send(request.actor?.userId ?? 'nobody'));
  t.teardown(() => app.close());

  const { secret: token } = await identity.tokens.create(owner, { name: 'x', scopes: ['read'] });
  const link = await identity.users.createSignInLink(other, other.userId);
  const { secret: session } = await identity.authentication.signIn(link.secret);
  return { app, owner, other, token, session, cookies: { [cookie.name]: session }, identity };
}

async function tell(request: { actor: Actor | undefined }): Promise<string> {
  return request.actor?.userId ?? 'nobody';
}

await t.test('a request without credentials is anonymous', async (t) => {
  const { app } = await createApp(t);
  t.equal((await app.inject('/me')).body, 'nobody');
});

await t.test('a token identifies its user, in any spelling of the scheme', async (t) => {
  const { app, token, owner } = await createApp(t);
  for (const authorization of [`Bearer ${token}`, `bearer ${token}`, `Bearer   ${token} `]) {
    t.equal((await app.inject({ url: '/me', headers: { authorization } })).body, owner.userId);
  }
});

await t.test('a wrong token is rejected immediately, even with a valid cookie', async (t) => {
  const { app, token, session, cookies } = await createApp(t);
  for (const authorization of [
    'Bearer',
    'Bearer x',
    `Bearer ${token}x`,
    `Basic ${token}`,
    token,
    `Bearer ${session}`,
  ]) {
    const answer = await app.inject({ url: '/me', headers: { authorization }, cookies });
    t.equal(answer.statusCode, 401, authorization.slice(0, 10));
    t.match(answer.json(), { code: 'UNAUTHENTICATED' });
    t.equal(answer.headers['www-authenticate'], 'Bearer');
  }
});

await t.test('an expired token is reported as expired', async (t) => {
  const { app, owner, identity } = await createApp(t);
  const expiresAt = new Date(identity.clock.now().getTime() + 1);
  const { secret } = await identity.tokens.create(owner, { name: 'x', scopes: ['read'], expiresAt });
  identity.clock.jump(1);
  const answer = await app.inject({ url: '/me', headers: { authorization: `Bearer ${secret}` } });
  t.match(answer.json(), { code: 'TOKEN_EXPIRED', status: 401 });
});

await t.test('a token precedes a cookie', async (t) => {
  const { app, token, cookies, owner } = await createApp(t);
  const headers = { authorization: `Bearer ${token}`, origin: 'https://evil.example' };
  t.equal((await app.inject({ method: 'POST', url: '/me', headers, cookies })).body, owner.userId);
});

await t.test('a cookie identifies its user for requests that change nothing', async (t) => {
  const { app, cookies, other } = await createApp(t);
  t.equal((await app.inject({ url: '/me', cookies })).body, other.userId);
  t.equal(
    (await app.inject({ url: '/me', cookies, headers: { origin: 'https://evil.example' } })).body,
    other.userId,
  );
});

await t.test('an unknown cookie is anonymous, from any origin', async (t) => {
  const { app } = await createApp(t);
  const request = { url: '/me', cookies: { berth: 'berthweb_old' } };
  t.equal((await app.inject(request)).body, 'nobody');
  t.equal((await app.inject({ ...request, method: 'POST' })).body, 'nobody');
});

const own = { host: 'berth.lan', origin: 'http://berth.lan' };
const origins: [name: string, headers: Record<string, string>, trusted: boolean][] = [
  ["Berth's own page", own, true],
  ["Berth's own page, by the browser's header", { ...own, 'sec-fetch-site': 'same-origin' }, true],
  [
    "Berth's own page behind an unknown proxy",
    { 'sec-fetch-site': 'same-origin', origin: 'https://x.org' },
    true,
  ],
  ['the public address', { origin: 'https://berth.example.org' }, true],
  ['a program that identifies itself', { 'x-berth-client': 'script' }, true],
  ['another site', { origin: 'https://evil.example' }, false],
  ['another site that sends the header', { origin: 'https://evil.example', 'x-berth-client': '1' }, false],
  ['another origin of the same site', { ...own, 'sec-fetch-site': 'same-site' }, false],
  ['a page without origin', { origin: 'null' }, false],
  ['the same host over another scheme', { host: 'berth.lan', origin: 'https://berth.lan' }, false],
  ['a request without any origin header', {}, false],
];

for (const [name, headers, trusted] of origins) {
  await t.test(`a cookie sent by ${name} ${trusted ? 'may' : 'may not'} change data`, async (t) => {
    const { app, session, other } = await createApp(t, 'https://berth.example.org');
    for (const method of ['POST', 'DELETE'] as const) {
      const cookies = { '__Host-berth': session };
      const answer = await app.inject({ method, url: '/me', headers, cookies });
      if (trusted) t.equal(answer.body, other.userId);
      else t.match(answer.json(), { code: 'CROSS_SITE_REFUSED', status: 403 });
    }
  });
}

await t.test('with https, the plain cookie is ignored', async (t) => {
  const { app, session } = await createApp(t, 'https://berth.example.org');
  t.equal((await app.inject({ url: '/me', cookies: { berth: session } })).body, 'nobody');
});

await t.test('public routes do not read credentials', async (t) => {
  const { app } = await createApp(t);
  t.equal((await app.inject({ url: '/open', headers: { authorization: 'Bearer x' } })).body, 'nobody');
});

await t.test("a socket from Berth's own page has a user, and one from another site has none", async (t) => {
  const { app, session, other, token, owner } = await createApp(t);
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const greeting = async (headers: Record<string, string>) => {
    const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, { headers });
    const [message] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    return message.toString();
  };
  const cookie = `berth=${session}`;
  t.equal(await greeting({ cookie, origin: address }), other.userId);
  t.equal(await greeting({ cookie, origin: 'https://evil.example' }), 'nobody');
  t.equal(await greeting({ authorization: `Bearer ${token}` }), owner.userId);
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, {
    headers: { authorization: 'Bearer wrong' },
  });
  const [error] = (await once(socket, 'error')) as [Error];
  t.match(error.message, '401');
});
