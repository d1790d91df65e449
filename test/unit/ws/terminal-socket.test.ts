import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { fault } from '../../../src/errors.ts';
import type { AttachedTerminal } from '../../../src/terminals/terminal.ts';
import { MAX_CLIENT_FRAME } from '../../../src/ws/frames.ts';
import { WINDOW_BYTES } from '../../../src/ws/output.ts';
import { servePipeTerminals } from '../../support/pipe-terminals.ts';
import { TerminalClient } from '../../support/terminal-client.ts';

/** Room for the frame that crosses a limit and for what streams hold by themselves. */
const SLACK_BYTES = 512 * 1024;

test('hello comes first, then bytes pass both ways as they are', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t);
  const client = connect();
  const hello = await client.expectControl('hello');
  t.same(hello, { type: 'hello', terminal: 't1', offset: 0, window: WINDOW_BYTES, rows: 24, cols: 80 });
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

test('frames sent before the shell has started reach it in order', async (t) => {
  let ready: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (ready = resolve));
  const { connect, pipe } = await servePipeTerminals(t, {
    attach: async (_id, _ticket, pipe) => {
      await started;
      return pipe.terminal;
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
  t.equal(client.controls.length, 0);
  ready();
  let got = '';
  pipe.fromClient.on('data', (chunk: Buffer) => (got += chunk.toString()));
  while (!got.endsWith('three')) await sleep(5);
  t.equal(got, 'one two three');
  t.same(pipe.sizes, [{ rows: 30, cols: 90 }]);
  await client.close();
});

test('a long output arrives whole and in order, to a client that acknowledges and to one that does not', async (t) => {
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

test('a client that stops acknowledging stops the shell, and acknowledging goes on where it was', async (t) => {
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
  t.ok(after.received > received, 'an acknowledgement lets more come');
  t.ok(
    after.received <= received + WINDOW_BYTES + 2 * 65_536,
    'but one beyond what was sent counts as what was sent',
  );

  client.acknowledge(0);
  t.equal((await settled(client)).received, after.received, 'taking an acknowledgement back changes nothing');
  flood.stop();
  await client.close();
});

test('a client that reads nothing is held by its connection alone, in bounded memory', async (t) => {
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
  t.equal(flood.written(), written, 'and the shell stands still');
  client.socket.resume();
  while (client.received < written) await sleep(5);
  t.ok(flood.written() > written, 'until the client reads again');
  flood.stop();
  await client.close();
});

test('input for a shell that does not read waits in the network, not in the service', async (t) => {
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
  t.ok(
    pipe.terminal.stream.writableLength < SLACK_BYTES,
    `${pipe.terminal.stream.writableLength} bytes wait`,
  );
  t.equal(client.closed, undefined, 'heartbeats that could not be answered are not held against it');
  const got = createHash('sha256');
  let bytes = 0;
  pipe.fromClient.on('data', (chunk: Buffer) => {
    got.update(chunk);
    bytes += chunk.length;
  });
  while (bytes < total) await sleep(5);
  t.equal(got.digest('hex'), hash.digest('hex'), 'and all of it arrives once the shell reads');
  await client.close();
});

test('the shell is let go when its viewer leaves, also while it was starting', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t);
  const client = connect();
  await client.expectControl('hello');
  await client.close();
  while (pipe.detached === 0) await sleep(5);
  t.equal(pipe.detached, 1);

  let ready: (terminal: AttachedTerminal) => void = () => undefined;
  const slow = await servePipeTerminals(t, { attach: () => new Promise((resolve) => (ready = resolve)) });
  const early = slow.connect();
  await once(early.socket, 'open');
  early.socket.terminate();
  await sleep(30);
  ready(slow.pipe.terminal);
  while (slow.pipe.detached === 0) await sleep(5);
  t.equal(slow.pipe.detached, 1);
});

test('a viewer that goes while the shell does not read is noticed too', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t, { heartbeatMs: 40 });
  const client = connect();
  await client.expectControl('hello');
  for (let frame = 0; frame < 100; frame++) client.send(Buffer.alloc(60_000));
  await sleep(100);
  t.equal(pipe.detached, 0);
  client.socket.terminate();
  while (pipe.detached === 0) await sleep(5);
  t.equal(pipe.detached, 1);
});

test('a lost connection to the engine is told as such and may be tried again', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t);
  const client = connect();
  await client.expectControl('hello');
  pipe.terminal.stream.destroy(new Error('read ECONNRESET'));
  t.match(await client.expectControl('error'), { code: 'ENGINE_UNREACHABLE', retry: true });
  t.same(await client.expectClosed(), { code: 1013, reason: 'ENGINE_UNREACHABLE' });
  t.equal(pipe.detached, 1);
});

test('the exit comes after all output, with its code, and closes with 1000', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t);
  const client = connect();
  await client.expectControl('hello');
  for (let line = 0; line < 50; line++) pipe.toClient.write(`line ${line}\n`);
  pipe.toClient.end();
  pipe.terminal.stream.on('end', () => pipe.exit(3));
  t.same(await client.expectClosed(), { code: 1000, reason: 'exited' });
  t.match(client.text, /line 49\n$/);
  t.same(client.controls, [{ type: 'exit', code: 3 }]);
});

test('a frame that can not be read is answered with its error and closes the socket', async (t) => {
  const frames: [string, Buffer | string][] = [
    ['a text frame', 'ls'],
    ['an empty frame', Buffer.alloc(0)],
    ['an unknown type', Buffer.from('\x02ls')],
    ['control that is no JSON', Buffer.from('\x01{')],
    ['control of an unknown type', Buffer.from('\x01{"type":"reboot"}')],
  ];
  for (const [name, frame] of frames) {
    const { connect, pipe } = await servePipeTerminals(t);
    const client = connect();
    await client.expectControl('hello');
    client.raw(frame);
    client.send('after');
    t.match(await client.expectControl('error'), { code: 'FRAME_INVALID', retry: false }, name);
    t.same(await client.expectClosed(), { code: 4400, reason: 'FRAME_INVALID' }, name);
    t.equal(pipe.detached, 1, 'the shell is let go');
    t.equal(pipe.fromClient.readableLength, 0, 'and nothing after it is input');
  }
});

test('a frame that is too large is not read, however large it says to be', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t);
  pipe.fromClient.resume();
  const largest = connect();
  await largest.expectControl('hello');
  largest.raw(Buffer.alloc(MAX_CLIENT_FRAME));
  largest.send('x');
  await sleep(50);
  t.equal(largest.closed, undefined, 'the largest frame is read');
  await largest.close();

  for (const size of [MAX_CLIENT_FRAME + 1, 100 * 1024 * 1024]) {
    const client = connect();
    await client.expectControl('hello');
    client.raw(Buffer.alloc(size));
    t.equal((await client.expectClosed()).code, 1009, `${size} bytes`);
  }
});

test('sizes that can not be are answered and forgiven, but not for ever', async (t) => {
  const { connect } = await servePipeTerminals(t, {
    attach: async (_id, _ticket, { terminal }) => ({
      ...terminal,
      resize: async () => {
        throw fault('TERMINAL_SIZE_INVALID', { rows: 0, cols: 0, maxRows: 500, maxCols: 1000 });
      },
    }),
  });
  const client = connect();
  await client.expectControl('hello');
  for (let time = 0; time < 16; time++) client.resize(0, 0);
  for (let time = 0; time < 16; time++) {
    t.match(await client.expectControl('error'), { code: 'TERMINAL_SIZE_INVALID', retry: false });
  }
  t.equal(client.closed, undefined);
  client.resize(1e9, 1e9);
  t.same(await client.expectClosed(), { code: 4400, reason: 'TERMINAL_SIZE_INVALID' });
});

test('why a terminal is refused is told in a frame and in the close', async (t) => {
  for (const [error, close, told] of [
    [fault('TICKET_INVALID'), { code: 4401, reason: 'TICKET_INVALID' }, { retry: false }],
    [fault('ENGINE_UNREACHABLE'), { code: 1013, reason: 'ENGINE_UNREACHABLE' }, { retry: true }],
    [new Error('secret path /root'), { code: 1011, reason: 'INTERNAL' }, { message: /^(?!.*secret)/ }],
  ] as const) {
    const { connect } = await servePipeTerminals(t, { attach: () => Promise.reject(error) });
    const client = connect();
    t.match(await client.expectControl('error'), { code: close.reason, ...told });
    t.same(await client.expectClosed(), close);
  }
});

test('a page of another origin and a client of another protocol are refused before the ticket is looked at', async (t) => {
  let attached = 0;
  const { connect, url } = await servePipeTerminals(t, {
    publicUrl: 'https://labs.example.org',
    attach: async (_id, _ticket, { terminal }) => (attached++, terminal),
  });
  const foreign = connect({ origin: 'https://evil.example' });
  t.match(await foreign.expectControl('error'), { code: 'ORIGIN_REFUSED', message: /evil\.example/ });
  t.same(await foreign.expectClosed(), { code: 4403, reason: 'ORIGIN_REFUSED' });

  for (const protocols of [[], ['berth.ticket.secret'], ['berth.terminal.v9', 'berth.ticket.secret']]) {
    const other = new TerminalClient(url, protocols);
    t.same(await other.expectClosed(), { code: 4400, reason: 'INPUT_INVALID' });
  }
  t.equal(attached, 0);

  const ours = connect({ origin: 'https://labs.example.org' });
  await ours.expectControl('hello');
  t.equal(attached, 1);
  await ours.close();
});

test('the ticket is taken from the subprotocols, whatever is around it', async (t) => {
  const seen: string[] = [];
  const { url } = await servePipeTerminals(t, {
    attach: async (id, ticket, { terminal }) => (seen.push(`${id} ${ticket}`), terminal),
  });
  const client = new TerminalClient(url, ['berth.terminal.v1', 'other', 'berth.ticket.a-b_c']);
  await client.expectControl('hello');
  await client.close();
  const without = new TerminalClient(url, ['berth.terminal.v1']);
  await without.expectControl('hello');
  await without.close();
  t.same(seen, ['t1 a-b_c', 't1 ']);
});

test('a client that does not answer pings is cut off and its shell let go; one that answers stays', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t, { heartbeatMs: 40 });
  const client = connect();
  await client.expectControl('hello');
  await sleep(300);
  t.equal(client.closed, undefined);
  await client.close();

  const before = pipe.detached;
  const dead = connect({ autoPong: false });
  await dead.expectControl('hello');
  t.equal((await dead.expectClosed()).code, 1006);
  while (pipe.detached === before) await sleep(5);
  t.equal(pipe.detached, before + 1);
});

test('when the service stops, clients are told to come back, and a silent one does not hold it up', async (t) => {
  const { connect, app, pipe } = await servePipeTerminals(t);
  const client = connect();
  const silent = connect();
  await client.expectControl('hello');
  await silent.expectControl('hello');
  silent.socket.pause();
  await app.close();
  t.same(await client.expectClosed(), { code: 1012, reason: 'SHUTTING_DOWN' });
  silent.socket.resume();
  await silent.expectClosed();
  t.equal(pipe.detached, 2);
});

/** Writes for as long as it is let to, as `yes` does. */
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

/** Waits until nothing more comes. */
async function settled(client: TerminalClient): Promise<{ received: number }> {
  for (let before = -1; before !== client.received; await sleep(150)) before = client.received;
  return { received: client.received };
}
