import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import type { Test } from 'tap';
import { saidEnd } from '../../../../../src/engine/docker/holder/held-shell.ts';
import { HeldStream } from '../../../../../src/engine/docker/holder/held-stream.ts';

/** The stream of an agent's shell, and the other end of its socket. */
async function connection(t: Test): Promise<{ socket: Socket; agent: Socket }> {
  // The names of sockets are short.
  const folder = await mkdtemp(join(tmpdir(), 'held-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'agent');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const socket = connect(path);
  const [agent] = (await once(server, 'connection')) as [Socket];
  agent.on('error', () => undefined);
  t.teardown(() => {
    socket.destroy();
    agent.destroy();
    server.close();
  });
  return { socket, agent };
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

await test('a flood of one-byte messages does not accumulate, and loses nothing', async (t) => {
  const { socket, agent } = await connection(t);
  const stream = new HeldStream(socket);
  const messages = 400_000;
  agent.write(Buffer.alloc(messages * 5, 'o\0\0\x01a', 'latin1'));
  await turns(200);
  t.ok(socket.bytesRead <= 512 * 1024, `${socket.bytesRead} bytes were read, of a stream that nobody reads`);
  t.ok(stream.readableLength <= 128 * 1024, `${stream.readableLength} bytes wait`);
  let received = 0;
  let counted = 0;
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    received += bytes.length;
    counted += stream.takeMessages();
    if (!bytes.every((byte) => byte === 0x61)) t.fail('the bytes are unchanged');
    if (received >= messages) break;
  }
  t.equal(received, messages);
  t.equal(counted, messages);
});

await test('a huge message that arrives slowly uses no memory', async (t) => {
  const { socket, agent } = await connection(t);
  const stream = new HeldStream(socket);
  agent.write('o\xff\xff\xff', 'latin1');
  for (let sent = 1; sent <= 100; sent++) {
    agent.write('a');
    const [bytes] = (await once(stream.resume(), 'data')) as [Buffer];
    if (bytes.length !== 1) t.fail('each byte is passed on as it arrives');
  }
  t.equal(stream.readableLength, 0);
});

await test('an agent that reads nothing blocks its viewer’s input, and is left immediately', async (t) => {
  const { socket } = await connection(t);
  const stream = new HeldStream(socket);
  const piece = Buffer.alloc(16 * 1024, 'a');
  let typed = 0;
  while (!stream.writableNeedDrain && typed < 16 * 1024 ** 2) {
    stream.write(piece);
    typed += piece.length;
    await turns(20);
  }
  t.ok(stream.writableNeedDrain, `it goes no further than ${typed} bytes`);
  t.ok(stream.writableLength + socket.writableLength <= 128 * 1024);
  stream.destroy();
  if (!stream.closed) await once(stream, 'close');
  t.equal(await stream.over, undefined);
});

await test('unread sizes do not accumulate, and the last one is sent', async (t) => {
  const { socket, agent } = await connection(t);
  const stream = new HeldStream(socket);
  for (let turn = 0; turn < 200; turn++) {
    for (let rows = 1; rows <= 500; rows++) stream.resize(rows, turn + 1);
    await new Promise(setImmediate);
  }
  t.ok(socket.writableLength < 64 * 1024, `${socket.writableLength} bytes wait`);
  stream.resize(7, 777);
  let heard = '';
  agent.on('data', (bytes: Buffer) => (heard = (heard + bytes.toString('latin1')).slice(-5)));
  while (!heard.endsWith('7 777')) await once(agent, 'data');
  t.pass('the last one is sent');
});

await test('a peer that reports no shell, and then sends nothing, is disconnected', async (t) => {
  const server = createServer((agent) => void agent.write('h\0\0\x090 0 0 0 0'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const stream = new HeldStream(connect(port, '127.0.0.1'));
  t.match(await stream.hello, { leader: undefined });
  t.equal(await saidEnd(stream, 50), undefined);
  t.ok(stream.destroyed);
  server.close();
});
