import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
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
