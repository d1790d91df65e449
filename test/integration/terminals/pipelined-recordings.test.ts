import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'tap';
import type { Test } from 'tap';
import { createServer } from '../../../src/api/app.ts';
import { readConfig } from '../../../src/config/config.ts';
import { toGlobalId } from '../../../src/api/shared/global-id.ts';
import { addRecordings } from '../../../src/api/http/recordings.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { recordingWorld } from '../../kit/terminals/recordings.ts';
import { until } from '../../kit/basics/until.ts';

const PIPELINED = 50;
/** Ends each answer. */
const LAST_CHUNK = '0\r\n\r\n';
/** All downloads together are many times what a connection buffers unread. */
const OUTPUT = Buffer.from(`${'x'.repeat(78)}\r\n`.repeat(16_000));

/** A recording served by its own server, and the number of its open downloads. */
async function serveRecording(t: Test) {
  const database = await freshDatabase(t, 'sqlite');
  const world = await recordingWorld(t, database, { recordingLimitBytes: 2 * OUTPUT.length });
  const { id, recorder } = await world.record();
  recorder.output(0, OUTPUT);
  await recorder.finish({ exitCode: 0 }, OUTPUT.length);
  let [open, most, all] = [0, 0, 0];
  const app = createServer(readConfig({ BERTH_LOG_LEVEL: 'silent' }));
  app.decorateRequest('actor', undefined);
  app.addHook('onRequest', async (request) => {
    request.actor = world.actors.owner;
  });
  addRecordings(app, {
    recordings: {
      read: async (...given) => {
        const { recording, content } = await world.service.read(...given);
        open += 1;
        all += 1;
        most = Math.max(most, open);
        const close = async () => {
          open -= 1;
          await content.close();
        };
        return { recording, content: { read: content.read, close } };
      },
    },
  });
  await app.listen();
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const path = `/api/v1/recordings/${encodeURIComponent(toGlobalId('Recording', id))}.cast`;
  return { port, path, counts: () => ({ open, most, all }) };
}

await test('downloads of a recording that are queued on one connection', async (t) => {
  await t.test('are opened one at a time', async (t) => {
    const { port, path, counts } = await serveRecording(t);
    const socket = await ask(t, port, path, PIPELINED);
    let [answers, bytes, seen] = [0, 0, ''];
    for await (const chunk of socket) {
      bytes += (chunk as Buffer).length;
      seen += (chunk as Buffer).toString('latin1');
      answers += seen.split(LAST_CHUNK).length - 1;
      // A read can split it.
      seen = seen.slice(1 - LAST_CHUNK.length);
      if (answers === PIPELINED) break;
    }
    t.ok(bytes > PIPELINED * OUTPUT.length, 'each arrived complete');
    await until(async () => counts().open === 0);
    t.same(counts(), { open: 0, most: 1, all: PIPELINED });
  });

  await t.test('end with it, and waiting ones are never opened', async (t) => {
    const { port, path, counts } = await serveRecording(t);
    const socket = await ask(t, port, path, PIPELINED);
    await until(async () => counts().open === 1);
    socket.destroy();
    await until(async () => counts().open === 0);
    const { all } = counts();
    t.ok(all < PIPELINED, `opened: ${all}`);
    const another = await ask(t, port, path, 1);
    await once(another, 'data');
    t.match(counts(), { most: 1, all: all + 1 });
  });
});

async function ask(t: Test, port: number, path: string, count: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(count));
  return socket;
}
