import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import { MachineAgent } from '../../../../../src/api/http/previews/machine-agent.ts';
import type { MachineRequest } from '../../../../../src/api/http/previews/machine-agent.ts';

const ROUNDS = 15;
const target = { sessionId: 'session', machineId: 'machine', port: 80 };

await test('reuses a connection without adding listeners to it', async (t) => {
  const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const opened: Duplex[] = [];
  const agent = new MachineAgent(
    () => {
      const { port } = server.address() as AddressInfo;
      const stream = Duplex.from(connect(port, '127.0.0.1'));
      opened.push(stream);
      return Promise.resolve(stream);
    },
    { keepAlive: true },
  );
  t.teardown(() => {
    agent.destroy();
    server.close();
  });

  const counts: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const idle = once(agent, 'free');
    const sent = request({ ...target, agent } as MachineRequest).end();
    const [response] = await once(sent, 'response');
    t.equal(await text(response), 'hello');
    await idle;
    const [stream] = opened;
    counts.push(['close', 'data', 'error'].map((event) => stream?.listenerCount(event) ?? 0));
    t.equal(sent.reusedSocket, round > 0, 'the proxy repeats only requests on reused connections');
  }
  t.equal(opened.length, 1);
  t.same(counts.at(-1), counts[0]);
});
