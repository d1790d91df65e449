import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { fault } from '../../../../src/core/errors.ts';
import type { AttachedTerminal } from '../../../../src/domains/terminals/terminal.ts';
import { MAX_CLIENT_FRAME } from '../../../../src/api/ws/frames.ts';
import { collectGarbage } from '../../../kit/fuzz/garbage.ts';
import { later, servePipeTerminals } from '../../../kit/terminals/pipe-terminals.ts';
import { TerminalClient } from '../../../kit/terminals/terminal-client.ts';
import { until } from '../../../kit/basics/until.ts';

await test('the shell is released when its viewer leaves, even while it starts', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t);
  const client = connect();
  await client.expectControl('hello');
  await client.close();
  while (pipe.detached === 0) await sleep(5);
  t.equal(pipe.detached, 1);

  const attached = later<AttachedTerminal>();
  const slow = await servePipeTerminals(t, { attach: () => attached.promise });
  const early = slow.connect();
  await once(early.socket, 'open');
  early.socket.terminate();
  await sleep(30);
  attached.resolve(await slow.pipe.attach());
  while (slow.pipe.detached === 0) await sleep(5);
  t.equal(slow.pipe.detached, 1);
});

await test('the shell is released when its socket fails before the first byte', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t, {
    attach: async (_id, _request, { attach }) => ({
      ...(await attach()),
      get size(): never {
        throw new Error('broken');
      },
    }),
  });
  await connect().expectClosed();
  await until(() => pipe.detached === 1);
});

await test('detects a viewer that leaves while the shell does not read', async (t) => {
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

await test('viewers of a shell that another process adopted are notified and reconnect', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t);
  const client = connect();
  await client.expectControl('hello');
  pipe.stream.destroy(new Error('read ECONNRESET'));
  pipe.takeAway();
  t.match(await client.expectControl('error'), { code: 'TERMINAL_ELSEWHERE', retry: true });
  t.same(await client.expectClosed(), { code: 1012, reason: 'TERMINAL_ELSEWHERE' });
  t.equal(pipe.detached, 1);
});

await test('the exit follows all output with its code, and closes with 1000', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t);
  const client = connect();
  await client.expectControl('hello');
  for (let line = 0; line < 50; line++) pipe.toClient.write(`line ${line}\n`);
  pipe.toClient.end();
  pipe.stream.on('end', () => pipe.exit(3));
  t.same(await client.expectClosed(), { code: 1000, reason: 'exited' });
  t.match(client.text, /line 49\n$/);
  t.same(client.controls.at(-1), { type: 'exit', code: 3 });
});

await test('an invalid frame gets its error and closes the socket', async (t) => {
  const frames: [string, Buffer | string][] = [
    ['a text frame', 'ls'],
    ['an empty frame', Buffer.alloc(0)],
    ['an unknown type', Buffer.from('\x02ls')],
    ['a control frame that is not JSON', Buffer.from('\x01{')],
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
    t.equal(pipe.detached, 1, 'the shell is released');
    t.equal(pipe.fromClient.readableLength, 0, 'later frames are not input');
  }
});

await test('an oversized frame is not read, whatever its declared size', async (t) => {
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

await test('invalid sizes get an error and are tolerated, up to a limit', async (t) => {
  const { connect } = await servePipeTerminals(t, {
    attach: async (_id, _request, { attach }) => ({
      ...(await attach()),
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

await test('a rejected terminal sends the reason in a frame and in the close', async (t) => {
  for (const [error, close, reported] of [
    [fault('TICKET_INVALID'), { code: 4401, reason: 'TICKET_INVALID' }, { details: {}, retry: false }],
    [
      fault('TERMINAL_LIMIT', { limit: 8 }),
      { code: 4409, reason: 'TERMINAL_LIMIT' },
      { details: { limit: 8 }, retry: false },
    ],
    [fault('ENGINE_UNREACHABLE'), { code: 1013, reason: 'ENGINE_UNREACHABLE' }, { retry: true }],
    [new Error('secret path /root'), { code: 1011, reason: 'INTERNAL' }, { message: /^(?!.*secret)/ }],
  ] as const) {
    const { connect } = await servePipeTerminals(t, { attach: () => Promise.reject(error) });
    const client = connect();
    t.match(await client.expectControl('error'), { code: close.reason, ...reported });
    t.same(await client.expectClosed(), close);
  }
});

await test('another origin or protocol is rejected before the ticket is checked', async (t) => {
  let attached = 0;
  const { connect, url } = await servePipeTerminals(t, {
    publicUrl: 'https://labs.example.org',
    attach: async (_id, _request, pipe) => (attached++, pipe.attach()),
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

await test('finds the ticket among the subprotocols', async (t) => {
  const seen: string[] = [];
  const { url } = await servePipeTerminals(t, {
    attach: async (id, { ticket }, { attach }) => (seen.push(`${id} ${ticket}`), attach()),
  });
  const client = new TerminalClient(url, ['berth.terminal.v1', 'other', 'berth.ticket.a-b_c']);
  await client.expectControl('hello');
  await client.close();
  const without = new TerminalClient(url, ['berth.terminal.v1']);
  await without.expectControl('hello');
  await without.close();
  t.same(seen, ['t1 a-b_c', 't1 ']);
});

await test('a client that misses pings is disconnected and its shell released; one that answers stays', async (t) => {
  const { connect, pipe } = await servePipeTerminals(t, { heartbeatMs: 40 });
  const client = connect();
  await client.expectControl('hello');
  await sleep(300);
  t.equal(client.closed, undefined);
  await client.close();
  while (pipe.detached === 0) await sleep(5);

  const before = pipe.detached;
  const dead = connect({ autoPong: false });
  await dead.expectControl('hello');
  t.equal((await dead.expectClosed()).code, 1006);
  while (pipe.detached === before) await sleep(5);
  t.equal(pipe.detached, before + 1);
});

await test('a stopping service tells clients to reconnect, and a silent client does not delay it', async (t) => {
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

await test('an open terminal keeps neither its request nor its response in memory', async (t) => {
  const kept: WeakRef<object>[] = [];
  const { connect } = await servePipeTerminals(t, {
    onRequest: (request, reply) =>
      kept.push(...[request, request.raw, reply, reply.raw].map((each) => new WeakRef(each))),
  });
  const client = connect();
  await client.expectControl('hello');
  await until(() => {
    collectGarbage();
    return kept.every((each) => each.deref() === undefined);
  });
  t.equal(kept.length, 4);
  await client.close();
});
