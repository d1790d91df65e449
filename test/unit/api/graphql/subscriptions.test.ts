import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { WebSocket } from 'ws';
import { startApp } from './app.ts';
import { changed, connect, deferred, finished, id, subscribe, until } from './connections.ts';

/** Number of clients that disappear, and of turns of the event loop until then: the service is sending. */
const CLIENTS = 40;
const TURNS = 3;

await test('the current state comes first, then each change, and deletion completes', async (t) => {
  const { url, addSession, change, services, actors, events } = await startApp(t);
  addSession('owner', { state: 'requested' });
  const following = subscribe(connect(t, url, { Authorization: 'Bearer owner' }), changed);
  t.strictSame(await following.next(), { data: { sessionChanged: { id, state: 'REQUESTED' } } });
  await change('session-1', { state: 'provisioning' });
  t.strictSame(await following.next(), { data: { sessionChanged: { id, state: 'PROVISIONING' } } });
  await change('session-1', { state: 'ready' });
  t.strictSame(await following.next(), { data: { sessionChanged: { id, state: 'READY' } } });
  await services.sessions.delete(actors.get('owner'), 'session-1');
  let last = await following.next();
  while (last) last = await following.next();
  t.equal(events.listeners(), 1, 'only the listener for credentials is left');
});

await test('a subscription that is repeated often sends the same values', async (t) => {
  const { url, addSession, change, events } = await startApp(t);
  addSession('owner', { state: 'requested' });
  const connection = connect(t, url, { token: 'owner' });
  for (let use = 0; use < 6; use++) {
    await change('session-1', { state: 'provisioning' });
    const following = subscribe(connection, changed);
    t.strictSame(await following.next(), { data: { sessionChanged: { id, state: 'PROVISIONING' } } });
    await change('session-1', { state: 'ready' });
    t.strictSame(await following.next(), { data: { sessionChanged: { id, state: 'READY' } } });
    await following.stop();
    await until(() => events.listeners() === 1);
  }
});

await test('changes that a slow subscriber has not read are merged into the newest', async (t) => {
  const { url, addSession, change, services } = await startApp(t);
  addSession('owner', { state: 'requested' });
  const following = subscribe(connect(t, url, { token: 'owner' }), changed);
  await following.next();
  const { promise, resolve } = deferred<undefined>();
  const get = services.sessions.get.bind(services.sessions);
  let reads = 0;
  services.sessions.get = async (actor, which) => {
    reads += 1;
    await promise;
    return get(actor, which);
  };
  for (let time = 0; time < 100; time++)
    await change('session-1', { state: time < 99 ? 'provisioning' : 'ready' });
  resolve(undefined);
  let value = await following.next();
  t.strictSame(value, { data: { sessionChanged: { id, state: 'READY' } } });
  await change('session-1', { state: 'ended' });
  do value = await following.next();
  while (JSON.stringify(value).includes('READY'));
  t.strictSame(value, { data: { sessionChanged: { id, state: 'ENDED' } } });
  t.ok(reads <= 3);
});

await test('every finished check of the session is sent', async (t) => {
  const { url, addSession, services, actors, events } = await startApp(t);
  addSession('owner');
  addSession('owner');
  const following = subscribe(connect(t, url, { token: 'owner' }), finished);
  await until(() => events.listeners() >= 2);
  await services.checks.run(actors.get('owner'), { sessionId: 'session-2', stepId: 'read' });
  await services.checks.run(actors.get('owner'), { sessionId: 'session-1', stepId: 'look' });
  t.strictSame(await following.next(), { data: { checkFinished: { stepId: 'look', passed: true } } });
});

await test("another user's session cannot be watched, except by staff", async (t) => {
  const { url, addSession } = await startApp(t);
  addSession('owner');
  for (const query of [changed, finished]) {
    const refused = subscribe(connect(t, url, { token: 'other' }), query);
    const error = { message: 'There is no such session.', extensions: { code: 'SESSION_NOT_FOUND' } };
    t.match((await refused.next())?.errors, [error]);
    t.equal(await refused.next(), undefined);
  }
  t.ok((await subscribe(connect(t, url, { token: 'instructor' }), changed).next())?.data);
});

await test('missing credentials close with 4401, wrong ones with 4403', async (t) => {
  const { url } = await startApp(t);
  t.match(await connect(t, url, {}).closed, { code: 4401, reason: 'UNAUTHENTICATED' });
  for (const wrong of [{ token: 'wrong' }, { Authorization: 'owner' }, { Authorization: 'Basic owner' }]) {
    t.match(await connect(t, url, wrong).closed, { code: 4403, reason: 'UNAUTHENTICATED' });
  }
});

await test("the browser's cookie is accepted on Berth's own pages only", async (t) => {
  const { url, addSession, port } = await startApp(t);
  addSession('owner');
  const cookie = 'berth=cookie-owner';
  const own = connect(t, url, {}, { cookie, origin: `http://127.0.0.1:${port}` });
  t.ok((await subscribe(own, changed).next())?.data);
  const foreign = connect(t, url, {}, { cookie, origin: 'https://evil.example' });
  t.match(await foreign.closed, { code: 4403, reason: 'ORIGIN_REFUSED' });
});

await test('a revoked token or a lost role disconnects immediately', async (t) => {
  const { url, addSession, actors, events, change } = await startApp(t);
  addSession('owner');
  const revoked = connect(t, url, { token: 'owner' });
  await subscribe(revoked, changed).next();
  actors.delete('owner');
  await events.publish('user.changed', { userId: 'owner' });
  t.match(await revoked.closed, { code: 4403, reason: 'UNAUTHENTICATED' });

  const demoted = subscribe(connect(t, url, { token: 'instructor' }), changed);
  await demoted.next();
  actors.set('instructor', { userId: 'instructor', role: 'student', scopes: ['read'] });
  await change('session-1', { state: 'ended' });
  t.equal(await demoted.next(), undefined, 'as if the session did not exist');
});

await test('credentials that expire silently end the connection at the next event', async (t) => {
  const { url, addSession, actors, change } = await startApp(t);
  addSession('owner');
  const connected = connect(t, url, { token: 'owner' });
  const following = subscribe(connected, changed);
  await following.next();
  actors.delete('owner');
  await change('session-1', { state: 'ended' });
  t.match(await connected.closed, { code: 4403 });
});

await test('an idle connection ends when its token expires', async (t) => {
  const { url, actors } = await startApp(t);
  const owner = actors.get('owner');
  if (!owner) throw new Error('There is no actor of the owner.');
  const beginning = Date.now();
  const expiring = (credential: string, ms: number) =>
    actors.set('owner', { ...owner, credential, expiresAt: new Date(beginning + ms) });
  expiring('late', 40 * 24 * 3_600_000);
  const late = connect(t, url, { token: 'owner' });
  await subscribe(late, '{ viewer { name } }').next();
  expiring('soon', 400);
  const soon = connect(t, url, { token: 'owner' });
  t.ok((await subscribe(soon, '{ viewer { name } }').next())?.data);
  actors.set('other name', { ...owner, credential: 'late' });
  t.match(await soon.closed, { code: 4403, reason: 'TOKEN_EXPIRED' });
  t.ok(Date.now() - beginning >= 390, 'not earlier');
  t.equal(await Promise.race([late.closed, sleep(100, 'open')]), 'open', 'of the other token');
});

await test('queries and mutations over the socket have the same limits', async (t) => {
  const { url } = await startApp(t);
  const connected = connect(t, url, { token: 'owner' });
  t.strictSame(await subscribe(connected, '{ viewer { name } }').next(), {
    data: { viewer: { name: 'owner' } },
  });
  const deep = `{ sessions(first: 100) { edges { node { attempts(first: 100) { edges { node { id } } } } } } }`;
  await t.rejects(subscribe(connected, deep).next(), [
    { extensions: { code: 'QUERY_TOO_COMPLEX' } },
  ] as never);
  await t.rejects(subscribe(connected, '{ nothing }').next(), [
    { extensions: { code: 'INPUT_INVALID' } },
  ] as never);
  const failing = await subscribe(connected, '{ lab(slug: "x") { id } }').next();
  t.match(failing?.errors, [{ extensions: { code: 'LAB_NOT_FOUND', requestId: String } }]);
});

await test('a wrong subprotocol or a broken connection leaves nothing behind', async (t) => {
  const { url, addSession, credentials, events } = await startApp(t);
  addSession('owner');
  const other = new WebSocket(url.replace('http', 'ws'), 'graphql-ws');
  const code = await new Promise((resolve) => other.once('close', resolve));
  t.equal(code, 4406);
  const raw = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  await new Promise((resolve) => raw.once('open', resolve));
  raw.send('{"type":"connection_init","payload":{"token":"owner"}}');
  raw.send('not json');
  t.equal(await new Promise((resolve) => raw.once('close', resolve)), 4400);
  await until(() => credentials.count() === 0);
  t.equal(credentials.count(), 0);
  t.equal(events.listeners(), 1, 'the listener for credentials');
});

await test('a client that disappears while the service sends is not reported', async (t) => {
  const { url, counted } = await startApp(t);
  for (let client = 0; client < CLIENTS; client++) {
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
    const upgraded = once(socket, 'upgrade') as Promise<[IncomingMessage]>;
    const opened = once(socket, 'open');
    const closed = once(socket, 'close');
    socket.on('error', () => undefined);
    await opened;
    const [response] = await upgraded;
    for (let message = 0; message < 40; message++) socket.send('{"type":"ping"}');
    for (let turn = 0; turn < TURNS; turn++) await setImmediate();
    response.socket.resetAndDestroy();
    await closed;
  }
  t.strictSame(counted, []);
});
