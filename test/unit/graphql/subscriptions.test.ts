import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createClient } from 'graphql-ws';
import type { Client, FormattedExecutionResult } from 'graphql-ws';
import { test } from 'tap';
import type { Test } from 'tap';
import { WebSocket } from 'ws';
import { toGlobalId } from '../../../src/graphql/base/global-id.ts';
import { startApp } from './app.ts';

const changed = 'subscription ($id: ID!) { sessionChanged(id: $id) { id state } }';
const finished = 'subscription ($id: ID!) { checkFinished(session: $id) { stepId passed } }';
const id = toGlobalId('Session', 'session-1');

interface Connected {
  client: Client;
  closed: Promise<{ code: number; reason: string }>;
}

function connect(
  t: Test,
  url: string,
  payload: Record<string, unknown>,
  headers?: Record<string, string>,
): Connected {
  const { promise: closed, resolve } = deferred<{ code: number; reason: string }>();
  class Socket extends WebSocket {
    constructor(address: string, protocol: string) {
      super(address, protocol, { headers });
    }
  }
  const client = createClient({
    url: url.replace('http', 'ws'),
    connectionParams: payload,
    webSocketImpl: Socket,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => {},
    on: { closed: (event) => resolve(event as { code: number; reason: string }) },
  });
  t.teardown(() => client.dispose());
  return { client, closed };
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** A subscription whose values are taken one by one; `next` gives undefined once it has completed. */
function subscribe({ client }: Connected, query: string, variables: Record<string, unknown> = { id }) {
  const values = client.iterate({ query, variables });
  return {
    async next(): Promise<FormattedExecutionResult | undefined> {
      const { value } = await values.next();
      return value as FormattedExecutionResult | undefined;
    },
    async stop() {
      await values.return?.();
    },
  };
}

/** A socket without a client of graphql-ws on it. */
async function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  return socket;
}

async function until(condition: () => boolean): Promise<void> {
  for (let time = 0; time < 200 && !condition(); time++) await new Promise((done) => setTimeout(done, 5));
}

await test('the present state comes at once, each change after it, and deletion completes', async (t) => {
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
  t.equal(events.listeners(), 1, 'only the connection itself listens still');
});

await test('changes that a subscriber has not taken become one, the newest', async (t) => {
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

await test('each check that ends in the session is told', async (t) => {
  const { url, addSession, services, actors, events } = await startApp(t);
  addSession('owner');
  addSession('owner');
  const following = subscribe(connect(t, url, { token: 'owner' }), finished);
  await until(() => events.listeners() >= 2);
  await services.checks.run(actors.get('owner'), { sessionId: 'session-2', stepId: 'read' });
  await services.checks.run(actors.get('owner'), { sessionId: 'session-1', stepId: 'look' });
  t.strictSame(await following.next(), { data: { checkFinished: { stepId: 'look', passed: true } } });
});

await test("someone else's session can not be subscribed to, and staff can", async (t) => {
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

await test('without credentials the close code is 4401, with wrong ones 4403', async (t) => {
  const { url } = await startApp(t);
  t.match(await connect(t, url, {}).closed, { code: 4401, reason: 'UNAUTHENTICATED' });
  t.match(await connect(t, url, { token: 'wrong' }).closed, { code: 4403, reason: 'UNAUTHENTICATED' });
});

await test("a browser's cookie counts on pages of our own, and on no other", async (t) => {
  const { url, addSession, port } = await startApp(t);
  addSession('owner');
  const cookie = 'berth=cookie-owner';
  const own = connect(t, url, {}, { cookie, origin: `http://127.0.0.1:${port}` });
  t.ok((await subscribe(own, changed).next())?.data);
  const foreign = connect(t, url, {}, { cookie, origin: 'https://evil.example' });
  t.match(await foreign.closed, { code: 4403, reason: 'ORIGIN_REFUSED' });
});

await test('a token that is revoked, or a user who loses a role, is cut off at once', async (t) => {
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
  t.equal(await demoted.next(), undefined, 'as if the session were gone');
});

await test('credentials that expire without anyone saying so end the connection at the next event', async (t) => {
  const { url, addSession, actors, change } = await startApp(t);
  addSession('owner');
  const connected = connect(t, url, { token: 'owner' });
  const following = subscribe(connected, changed);
  await following.next();
  actors.delete('owner');
  await change('session-1', { state: 'ended' });
  t.match(await connected.closed, { code: 4403 });
});

await test('queries and mutations go over the same socket, within the same limits', async (t) => {
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

await test('operations of a connection are bounded, and given back', async (t) => {
  const { url, addSession, events } = await startApp(t);
  addSession('owner');
  const connected = connect(t, url, { token: 'owner' });
  const all = Array.from({ length: 50 }, () => subscribe(connected, changed));
  for (const each of all) await each.next();
  await t.rejects(subscribe(connected, changed).next(), [{ message: /at most 50 operations/ }] as never);
  await all[0]?.stop();
  await until(() => events.listeners() === 50);
  t.ok((await subscribe(connected, changed).next())?.data);
});

await test('an operation counts as long as it runs, whatever the client says of it', async (t) => {
  const { url, services } = await startApp(t);
  const { promise, resolve } = deferred<undefined>();
  let running = 0;
  services.users.viewer = async () => {
    running += 1;
    await promise;
    return undefined;
  };
  const socket = await open(url);
  t.teardown(() => socket.terminate());
  const refused = new Set<string>();
  let answered = false;
  socket.on('message', (data: Buffer) => {
    const { id: of, type } = JSON.parse(data.toString()) as { id: string; type: string };
    if (type === 'error') refused.add(of);
    if (type === 'next') answered = true;
  });
  const ask = (which: string) =>
    socket.send(JSON.stringify({ id: which, type: 'subscribe', payload: { query: '{ viewer { id } }' } }));
  socket.send('{"type":"connection_init","payload":{"token":"owner"}}');
  await once(socket, 'message');
  for (let index = 0; index < 50; index++) {
    ask(`a${index}`);
    // Once it runs, the server forgets the id.
    await until(() => running > index);
    socket.send(`{"id":"a${index}","type":"complete"}`);
  }
  for (let index = 0; index < 10; index++) ask(`b${index}`);
  await until(() => refused.size === 10);
  t.equal(refused.size, 10);
  t.equal(running, 50);
  resolve(undefined);
  await new Promise((done) => setImmediate(done));
  ask('c');
  await until(() => answered);
  t.ok(answered);
});

await test('a client that makes the server answer and does not read is cut off', async (t) => {
  const { url } = await startApp(t);
  for (const send of [
    (socket: WebSocket) => socket.send(JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(60_000) } })),
    (socket: WebSocket) => socket.ping('x'.repeat(125)),
  ]) {
    const socket = await open(url);
    socket.on('error', () => {});
    socket.send('{"type":"connection_init","payload":{"token":"owner"}}');
    await once(socket, 'message');
    socket.pause();
    // Seen by the stream: the paused socket itself does not look.
    const stream = (socket as unknown as { _socket: Socket })._socket;
    const cut = deferred<true>();
    stream.once('close', () => cut.resolve(true));
    stream.once('error', () => cut.resolve(true));
    // The kernel takes some megabytes before the server has to keep anything.
    for (let time = 0; time < 600 && stream.writable; time++) {
      for (let count = 0; count < 100; count++) send(socket);
      await new Promise((done) => setImmediate(done));
    }
    t.ok(await cut.promise);
    socket.terminate();
  }
});

await test('connections of a user are bounded, and nothing is left of those that went', async (t) => {
  const { url, addSession, events } = await startApp(t);
  addSession('owner');
  const all = Array.from({ length: 50 }, () => connect(t, url, { token: 'owner' }));
  for (const each of all) await subscribe(each, changed).next();
  t.equal(events.listeners(), 100);
  const more = connect(t, url, { token: 'owner' });
  t.match(await more.closed, { code: 1013, reason: 'RATE_LIMITED' });
  for (const { client } of all) await client.dispose();
  await until(() => events.listeners() === 0);
  t.equal(events.listeners(), 0);
  t.ok((await subscribe(connect(t, url, { token: 'owner' }), changed).next())?.data);
});

await test('a socket of another subprotocol, or one that is cut, leaves nothing', async (t) => {
  const { url, addSession, events } = await startApp(t);
  addSession('owner');
  const other = new WebSocket(url.replace('http', 'ws'), 'graphql-ws');
  const code = await new Promise((resolve) => other.once('close', resolve));
  t.equal(code, 4406);
  const raw = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  await new Promise((resolve) => raw.once('open', resolve));
  raw.send('{"type":"connection_init","payload":{"token":"owner"}}');
  raw.send('not json');
  t.equal(await new Promise((resolve) => raw.once('close', resolve)), 4400);
  await until(() => events.listeners() === 0);
  t.equal(events.listeners(), 0);
});
