import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { test } from 'tap';
import { fault } from '../../../../src/core/errors.ts';
import { addProblems } from '../../../../src/api/http/problem.ts';
import { addTarRoutes, withTar } from '../../../../src/api/http/tar-uploads.ts';

await test('a rejected request releases its body immediately, even if its sender keeps the connection', async (t) => {
  const bodies: Readable[] = [];
  const app = Fastify();
  addProblems(app);
  await addTarRoutes(app, (scope) => {
    scope.put('/refused', (incoming, reply) =>
      withTar(incoming, reply, 1_000, async (tar) => {
        bodies.push(tar);
        throw fault('UNAUTHENTICATED');
      }),
    );
  });
  await app.listen();
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;

  for (const headers of [
    { 'content-length': 0 },
    { 'content-length': 10 },
    { 'transfer-encoding': 'chunked' },
  ]) {
    const sending = request({
      port,
      method: 'PUT',
      path: '/refused',
      headers: { ...headers, 'content-type': 'application/x-tar' },
    });
    sending.on('error', () => undefined).flushHeaders();
    if (headers['content-length'] === 0) sending.end();
    const [answer] = await once(sending, 'response');
    t.equal(answer.statusCode, 401);
    sending.destroy();
    await sleep(20);
  }
  t.equal(bodies.length, 3);
  t.ok(
    bodies.every(({ destroyed }) => destroyed),
    'no timer waits for their bytes',
  );
});
