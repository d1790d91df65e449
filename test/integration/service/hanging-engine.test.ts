import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { learnerAt } from '../../kit/service/learner.ts';

await test('a service with a hanging engine stops in time, and loses no session', async (t) => {
  // It accepts every call and answers none.
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  const berth = await startBerth(t, { DOCKER_HOST: `tcp://127.0.0.1:${port}` });
  const learner = learnerAt(berth);
  const id = await learner.start();
  await learner.reach(id, 'PROVISIONING');
  t.equal(await berth.stop(), 0, 'it is not ended by its own time limit');
  t.match(berth.output(), /"what":"sessions".*did not stop in time/);

  await berth.start();
  await learner.reach(id, 'PROVISIONING', 'QUEUED');
  await berth.kill();
});
