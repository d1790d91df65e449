import fastify from 'fastify';
import t from 'tap';
import type { Test } from 'tap';
import { addAuthentication } from '../../../src/api/http/sign-in/authentication.ts';
import { addProblems } from '../../../src/api/http/problem.ts';
import { createSessionCookie } from '../../../src/api/shared/credentials.ts';
import { addSignIn } from '../../../src/api/http/sign-in/sign-in.ts';
import { createRateLimits } from '../../../src/infra/rate-limits/rate-limits.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { createIdentity } from '../../kit/service/identity.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };

async function createApp(t: Test, options: { publicUrl?: string; tries?: number } = {}) {
  const database = await freshDatabase(t, 'sqlite');
  const identity = createIdentity(t, database);
  const { owner } = await createActors(database);
  const { publicUrl } = options;
  const { authentication } = identity;
  const cookie = createSessionCookie({ publicUrl });
  const app = fastify();
  addProblems(app);
  await addAuthentication(app, { authentication, cookie, publicUrl });
  const rateLimits = createRateLimits({ redisUrl: undefined, log: quietLog() });
  await addSignIn(app, {
    authentication,
    cookie,
    publicUrl,
    rateLimits,
    ...(options.tries && { tries: options.tries }),
  });
  app.get('/me', async (request) => ({ userId: request.actor?.userId ?? null }));
  t.teardown(() => app.close());
  const link = async () => (await identity.users.createSignInLink(owner, owner.userId)).secret;
  const post = (secret: string, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: '/sign-in',
      headers: { ...form, ...headers },
      payload: `secret=${secret}`,
    });
  return { app, owner, link, post, cookie };
}

await t.test('opening a link shows a button and does not use it up', async (t) => {
  const { app, link, post } = await createApp(t);
  const secret = await link();
  for (const method of ['GET', 'HEAD', 'GET'] as const) {
    const page = await app.inject({ method, url: `/sign-in/${secret}` });
    t.equal(page.statusCode, 200);
    t.equal(page.headers['cache-control'], 'no-store');
    t.equal(page.headers['set-cookie'], undefined);
    if (method === 'GET') t.match(page.body, `<input type="hidden" name="secret" value="${secret}">`);
  }
  t.equal((await post(secret)).statusCode, 303);
});

await t.test('pressing the button signs in and leads to the first page', async (t) => {
  const { app, link, post, owner } = await createApp(t);
  const answer = await post(await link());
  t.equal(answer.statusCode, 303);
  t.equal(answer.headers.location, '/');
  const [cookie] = answer.cookies;
  t.match(cookie, { name: 'berth', path: '/', httpOnly: true, sameSite: 'Lax', expires: Date });
  t.equal(cookie?.secure, undefined);
  const me = await app.inject({ url: '/me', cookies: { berth: cookie?.value ?? '' } });
  t.same(me.json(), { userId: owner.userId });
});

await t.test('with https, the cookie is limited to this host and https', async (t) => {
  const { link, post } = await createApp(t, { publicUrl: 'https://berth.example.org' });
  const answer = await post(await link());
  t.match(answer.cookies, [{ name: '__Host-berth', path: '/', secure: true, httpOnly: true }]);
  t.notMatch(answer.headers['set-cookie'], /domain/i);
});

await t.test('a used link is rejected, with a page for people and a problem for programs', async (t) => {
  const { app, link, post } = await createApp(t);
  const secret = await link();
  await post(secret);
  const page = await post(secret);
  t.equal(page.statusCode, 401);
  t.match(page.headers['content-type'], 'text/html');
  t.match(page.body, 'has expired or was already used');
  const problem = await app.inject({ method: 'POST', url: '/sign-in', payload: { secret } });
  t.equal(problem.statusCode, 401);
  t.equal(problem.json().code, 'SIGN_IN_LINK_INVALID');
});

await t.test('programs sign in with JSON', async (t) => {
  const { app, link } = await createApp(t);
  const answer = await app.inject({ method: 'POST', url: '/sign-in', payload: { secret: await link() } });
  t.equal(answer.statusCode, 303);
});

for (const payload of [{}, { secret: 5 }, [], { secret: 'x'.repeat(300) }]) {
  await t.test(`a body of ${JSON.stringify(payload).slice(0, 20)} is rejected`, async (t) => {
    const { app } = await createApp(t);
    const answer = await app.inject({ method: 'POST', url: '/sign-in', payload });
    t.equal(answer.json().code, 'SIGN_IN_LINK_INVALID');
  });
}

await t.test('a body that is too large is not read', async (t) => {
  const { post } = await createApp(t);
  t.equal((await post('x'.repeat(2_000))).statusCode, 413);
});

await t.test('no link can inject markup into the page', async (t) => {
  const { app } = await createApp(t);
  const page = await app.inject(`/sign-in/${encodeURIComponent('"><script>alert(1)</script>')}`);
  t.notMatch(page.body, '<script>');
  t.match(page.body, '&lt;script&gt;');
});

await t.test('a page of another site cannot sign in', async (t) => {
  const { link, post } = await createApp(t);
  const secret = await link();
  const elsewhere: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site', origin: 'http://localhost' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of elsewhere) {
    const answer = await post(secret, headers);
    t.equal(answer.statusCode, 403);
    t.equal(answer.json().code, 'CROSS_SITE_REFUSED');
  }
  t.equal(
    (await post(secret, { origin: 'http://localhost:81' })).statusCode,
    403,
    'a port is another origin',
  );
  t.equal((await post(secret, { host: 'berth.lan:8080', origin: 'http://berth.lan:8080' })).statusCode, 303);
});

await t.test('signing out ends the session and removes the cookie', async (t) => {
  const { app, link, post } = await createApp(t);
  const value = (await post(await link())).cookies[0]?.value ?? '';
  const signOut = (headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/sign-out', headers, cookies: { berth: value } });
  t.equal((await signOut({ origin: 'https://evil.example' })).json().code, 'CROSS_SITE_REFUSED');
  const answer = await signOut({ 'sec-fetch-site': 'same-origin' });
  t.equal(answer.statusCode, 204);
  t.match(answer.cookies, [{ name: 'berth', value: '', expires: new Date(0) }]);
  t.same((await app.inject({ url: '/me', cookies: { berth: value } })).json(), { userId: null });
  t.equal((await signOut({})).statusCode, 204, 'and succeeds again');
  t.equal((await signOut({ accept: 'text/html' })).headers.location, '/');
});

await t.test('attempts from one address are limited, with the time to retry', async (t) => {
  const { post } = await createApp(t, { tries: 3 });
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 3; attempt++) statuses.push((await post('guess')).statusCode);
  t.same(statuses, [401, 401, 401]);
  const answer = await post('guess');
  t.equal(answer.statusCode, 429);
  t.match(answer.json(), { code: 'RATE_LIMITED', details: { seconds: Number } });
  t.match(answer.headers['retry-after'], /^\d+$/);
  t.match(answer.headers, {
    'x-ratelimit-limit': '3',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': /^\d+$/,
  });
});
