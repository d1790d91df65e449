import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { WINDOW_BYTES } from '../../../../src/api/ws/output.ts';
import { later, servePipeTerminals } from '../../../kit/terminals/pipe-terminals.ts';
import type { TerminalClient } from '../../../kit/terminals/terminal-client.ts';

/** Space for the frame that crosses a limit, and for the buffers of streams. */
const SLACK_BYTES = 512 * 1024;

await test('hello comes first, then bytes pass both ways unchanged', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t);
  const client = connect();
  const hello = await client.expectControl('hello');
  t.same(hello, {
    type: 'hello',
    terminal: 't1',
    role: 'owner',
    offset: 0,
    live: 0,
    window: WINDOW_BYTES,
    rows: 24,
    cols: 80,
    durable: true,
    snapshot: false,
  });
  t.equal(client.socket.protocol, 'berth.terminal.v1');

  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  pipe.toClient.write(all);
  client.send(all);
  const [input] = (await once(pipe.fromClient, 'data')) as [Buffer];
  t.same(input, all);
  await client.expect(/\xff|./s);
  t.same(client.bytes, all);
  t.ok(pipe.touched >= 2, 'input and output count as activity');
  await client.close();
});

await test('frames sent before the shell starts reach it in order', async (t) => {
  const started = later<void>();
  const { connect, pipe } = await servePipeTerminals(t, {
    attach: async (_id, _ticket, pipe) => {
      await started.promise;
      return pipe.attach();
    },
  });
  const client = connect();
  await once(client.socket, 'open');
  client.send('one ');
  client.resize(30, 90);
  client.send('two ');
  await sleep(30);
  client.send('three');
  await sleep(30);
  t.same(client.controls, []);
  started.resolve();
  let got = '';
  pipe.fromClient.on('data', (chunk: Buffer) => (got += chunk.toString()));
  while (!got.endsWith('three')) await sleep(5);
  t.equal(got, 'one two three');
  t.same(pipe.sizes, [{ rows: 30, cols: 90 }]);
  await client.close();
});

await test('a long output arrives complete and in order, with and without acknowledgements', async (t) => {
  for (const acknowledge of [true, false]) {
    const { connect, pipe } = await servePipeTerminals(t);
    const client = connect({ acknowledge });
    await client.expectControl('hello');
    const hash = createHash('sha256');
    client.socket.on('message', (frame: Buffer) => frame[0] === 0 && hash.update(frame.subarray(1)));
    const expected = createHash('sha256');
    let total = 0;
    for (let chunk = 0; chunk < 400; chunk++) {
      const bytes = randomBytes(1 + ((chunk * 7919) % 65_536));
      expected.update(bytes);
      total += bytes.length;
      if (!pipe.toClient.write(bytes)) await once(pipe.toClient, 'drain');
    }
    while (client.received < total) await sleep(5);
    t.equal(hash.digest('hex'), expected.digest('hex'));
    await client.close();
  }
});

await test('a client that stops acknowledging pauses the shell, and can resume', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t);
  const client = connect({ acknowledge: false });
  await client.expectControl('hello');
  client.acknowledge(0);
  await sleep(20);
  const flood = startFlood(pipe.toClient);
  const { received } = await settled(client);
  t.ok(received > WINDOW_BYTES / 2 && received <= WINDOW_BYTES + 2 * 65_536, `${received} bytes came`);

  client.acknowledge(1e15);
  const after = await settled(client);
  t.ok(after.received > received, 'an acknowledgement lets more through');
  t.ok(
    after.received <= received + WINDOW_BYTES + 2 * 65_536,
    'an acknowledgement beyond the sent bytes counts as all of them',
  );

  client.acknowledge(0);
  t.equal((await settled(client)).received, after.received, 'a lower acknowledgement changes nothing');
  flood.stop();
  await client.close();
});

await test('a client that reads nothing is limited by its connection, in bounded memory', async (t) => {
  const { connect, pipe, app } = await servePipeTerminals(t);
  const client = connect({ acknowledge: false });
  await client.expectControl('hello');
  client.socket.pause();
  const flood = startFlood(pipe.toClient);
  await sleep(500);
  const [socket] = [...app.websocketServer.clients];
  t.ok(
    (socket?.bufferedAmount ?? Infinity) < SLACK_BYTES,
    `${socket?.bufferedAmount} bytes wait in the service`,
  );
  const written = flood.written();
  await sleep(100);
  t.equal(flood.written(), written, 'and the shell pauses');
  client.socket.resume();
  while (client.received < written) await sleep(5);
  t.ok(flood.written() > written, 'until the client reads again');
  flood.stop();
  await client.close();
});

await test('input for a shell that does not read waits in the network, not in the service', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t, { heartbeatMs: 50 });
  const client = connect();
  await client.expectControl('hello');
  const hash = createHash('sha256');
  const total = 400 * 60_000;
  for (let frame = 0; frame < 400; frame++) {
    const bytes = randomBytes(60_000);
    hash.update(bytes);
    client.send(bytes);
  }
  await sleep(600);
  t.ok(client.socket.bufferedAmount > total / 4, 'most of it is still with the client');
  t.ok(pipe.stream.writableLength < SLACK_BYTES, `${pipe.stream.writableLength} bytes wait`);
  t.equal(client.closed, undefined, 'unanswerable heartbeats do not count against it');
  const got = createHash('sha256');
  const came = { bytes: 0 };
  pipe.fromClient.on('data', (chunk: Buffer) => {
    got.update(chunk);
    came.bytes += chunk.length;
  });
  while (came.bytes < total) await sleep(5);
  t.equal(got.digest('hex'), hash.digest('hex'), 'all of it arrives once the shell reads');
  await client.close();
});

/** Writes as fast as the stream allows, as `yes` does. */
function startFlood(stream: NodeJS.WritableStream) {
  let written = 0;
  let stopped = false;
  const chunk = Buffer.alloc(32 * 1024, 'y\n');
  function go(): void {
    if (stopped) return;
    written += chunk.length;
    if (stream.write(chunk)) setImmediate(go);
    else stream.once('drain', () => setImmediate(go));
  }
  go();
  return { stop: () => (stopped = true), written: () => written };
}

/** Waits until no more data arrives. */
async function settled(client: TerminalClient): Promise<{ received: number }> {
  for (let before = -1; before !== client.received; await sleep(150)) before = client.received;
  return { received: client.received };
}
