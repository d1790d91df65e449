import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { TerminalSize } from '../../../../src/domains/terminals/terminal.ts';
import { servePipeTerminals } from '../../../kit/terminals/pipe-terminals.ts';

await test('a viewer that does not read its messages is disconnected, even if it answers pings', async (t) => {
  let viewers = 0;
  const { connect, app, pipe } = await servePipeTerminals(t, {
    attach: (_id, request, pipe) => pipe.attach(request, { role: viewers++ ? 'watching' : 'owner' }),
  });
  const owner = connect();
  await owner.expectControl('hello');
  const watcher = connect();
  await watcher.expectControl('hello');
  watcher.socket.pause();
  const sockets = app.websocketServer.clients;
  t.equal(sockets.size, 2);
  const seems = setInterval(() => watcher.socket.pong(), 20);
  const [first] = pipe.live.viewers.all();
  if (!first) throw new Error('nobody is connected');
  const tell = (size: TerminalSize) => pipe.live.viewers.notifySize(size, first);
  let most = 0;
  for (let turn = 0; turn < 600 && sockets.size === 2; turn++) {
    for (let rows = 1; rows <= 500; rows++) tell({ rows, cols: 100 + (turn % 2) });
    await sleep(1);
    for (const { bufferedAmount } of sockets) most = Math.max(most, bufferedAmount);
  }
  clearInterval(seems);
  t.equal(sockets.size, 1);
  t.equal(owner.closed, undefined, 'the owner stays');
  t.ok(most < 1024 * 1024, `${most} bytes waited`);
  watcher.socket.terminate();
  await owner.close();
});

await test("a client that takes another client's name is not confused with it", async (t) => {
  let viewers = 0;
  const { connect, pipe } = await servePipeTerminals(t, {
    attach: (_id, request, pipe) =>
      pipe.attach(
        { ...request, client: { id: 'same-name', typed: 0 } },
        viewers++ ? { role: 'watching', name: 'Eve' } : { role: 'owner', name: 'Ada' },
      ),
  });
  const ada = connect();
  await ada.expectControl('hello');
  const eve = connect();
  await eve.expectControl('hello');
  while (pipe.live.viewers.count() < 2) await sleep(5);
  await sleep(50);
  const reported = ada.controls.findLast(({ type }) => type === 'viewers');
  t.match(reported, {
    viewers: [
      { name: 'Ada', you: true },
      { name: 'Eve', you: false },
    ],
  });
  await eve.close();
  await ada.close();
});

await test('a viewer beyond the limit gets an error', async (t) => {
  const { connect } = await servePipeTerminals(t);
  const clients = Array.from({ length: 32 }, () => connect());
  for (const client of clients) await client.expectControl('hello');
  const late = connect();
  t.match(await late.expectControl('error'), { code: 'VIEWER_LIMIT', details: { limit: 32 } });
  t.same(await late.expectClosed(), { code: 4409, reason: 'VIEWER_LIMIT' });
  await clients[0]?.close();
  const next = connect();
  await next.expectControl('hello');
  for (const client of [next, ...clients.slice(1)]) await client.close();
});
