import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'tap';
import type { WebSocket } from 'ws';
import { createBudgets } from '../../../../src/core/budgets.ts';
import { createQueryBudget } from '../../../../src/api/graphql/limits/query-budget.ts';
import { createConnectionCount } from '../../../../src/api/graphql/subscriptions/counts.ts';
import { startApp } from './app.ts';
import { changed, connect, deferred, open, subscribe, until } from './connections.ts';

await test('limits the operations of a connection, and frees their slots', async (t) => {
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

await test('an operation counts while it runs, even if its client completes it', async (t) => {
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
    // Once an operation runs, the server forgets its id.
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

await test('disconnects a client that causes answers but does not read them', async (t) => {
  // Otherwise the frame budget would stop the flood first.
  const budgets = createBudgets({ each: { perSecond: 1e9, burst: 1e9 } });
  const { url } = await startApp(t, { budget: createQueryBudget({ budgets }) });
  const ping = Buffer.from(JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(60_000) } }));
  for (const send of [
    (socket: WebSocket) => socket.send(ping, { binary: false }),
    (socket: WebSocket) => socket.ping('x'.repeat(125)),
  ]) {
    const socket = await open(url, { generateMask: (mask) => mask.fill(0) });
    socket.on('error', () => {});
    socket.send('{"type":"connection_init","payload":{"token":"owner"}}');
    await once(socket, 'message');
    socket.pause();
    // The stream notices this; the paused socket itself does not.
    const stream = (socket as unknown as { _socket: Socket })._socket;
    const cut = deferred<true>();
    stream.once('close', () => cut.resolve(true));
    stream.once('error', () => cut.resolve(true));
    // The kernel buffers about ten megabytes before the server has to. Slow answers need more rounds.
    for (let time = 0; time < 5_000 && stream.writable; time++) {
      for (let count = 0; count < 100; count++) send(socket);
      await new Promise((done) => setImmediate(done));
    }
    t.ok(await cut.promise);
    socket.terminate();
  }
});

await test('limits the connections of a user, and ended ones leave nothing behind', async (t) => {
  const { url, addSession, credentials, events } = await startApp(t);
  addSession('owner');
  const all = Array.from({ length: 50 }, () => connect(t, url, { token: 'owner' }));
  for (const each of all) await subscribe(each, changed).next();
  t.equal(events.listeners(), 51, 'each subscription, and the listener for credentials');
  const more = connect(t, url, { token: 'owner' });
  t.match(await more.closed, { code: 1013, reason: 'RATE_LIMITED' });
  for (const { client } of all) await client.dispose();
  await until(() => credentials.count() === 0);
  t.equal(credentials.count(), 0);
  await until(() => events.listeners() === 1);
  t.equal(events.listeners(), 1);
  t.ok((await subscribe(connect(t, url, { token: 'owner' }), changed).next())?.data);
});

await test('an unauthenticated client leaves connections for others', async (t) => {
  const connections = createConnectionCount({ all: 100, ofUser: 50, silent: 3 });
  const { url } = await startApp(t, { connections });
  const silent = [await open(url), await open(url), await open(url)];
  t.teardown(() => {
    for (const socket of silent) socket.terminate();
  });
  const more = await open(url);
  const [code, reason] = (await once(more, 'close')) as [number, Buffer];
  t.same([code, reason.toString()], [1013, 'RATE_LIMITED']);

  const signedIn = connect(t, url, {}, { authorization: 'Bearer owner' });
  const { value } = await signedIn.client.iterate({ query: '{ viewer { id } }' }).next();
  t.match(value, { data: { viewer: {} } }, 'an authenticated user can connect');
  silent[0]?.send('{"type":"connection_init","payload":{"token":"owner"}}');
  await once(silent[0] as WebSocket, 'message');
  const next = await open(url);
  next.send('{"type":"connection_init","payload":{"token":"owner"}}');
  await once(next, 'message');
  t.pass('an authenticated connection frees a slot');
  next.terminate();
});
