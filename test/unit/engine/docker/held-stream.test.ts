import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { saidEnd } from '../../../../src/engine/docker/holder/held-shell.ts';
import { HeldStream } from '../../../../src/engine/docker/holder/held-stream.ts';

await test('sizes that nobody reads do not add up, and the last is told', async (t) => {
  // The names of sockets are short.
  const folder = await mkdtemp(join(tmpdir(), 'held-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'holder');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const socket = connect(path);
  const [holder] = (await once(server, 'connection')) as [Socket];
  t.teardown(() => {
    socket.destroy();
    holder.destroy();
    server.close();
  });
  const stream = new HeldStream(socket);
  for (let turn = 0; turn < 200; turn++) {
    for (let rows = 1; rows <= 500; rows++) stream.resize(rows, turn + 1);
    await new Promise(setImmediate);
  }
  t.ok(socket.writableLength < 64 * 1024, `${socket.writableLength} bytes wait`);
  stream.resize(7, 777);
  let heard = '';
  holder.on('data', (bytes: Buffer) => (heard = (heard + bytes.toString('latin1')).slice(-5)));
  while (!heard.endsWith('7 777')) await once(holder, 'data');
  t.pass('the last is told');
});

await test('what says that there is no shell, and then nothing, is hung up', async (t) => {
  const server = createServer((holder) => void holder.write('h\0\0\x090 0 0 0 0'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const stream = new HeldStream(connect(port, '127.0.0.1'));
  t.match(await stream.hello, { leader: undefined });
  t.equal(await saidEnd(stream, 50), undefined);
  t.ok(stream.destroyed);
  server.close();
});
