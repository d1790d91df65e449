import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { WebSocket, WebSocketServer } from 'ws';
import type { AddressInfo } from 'node:net';
import { medians } from './context.ts';
import type { Figure } from './context.ts';
import { TOKEN } from './graphql-ours.ts';
import { serveMatrix } from './matrix-ours.ts';

const ROUNDS = 50;
const WARM_UPS = 10;

interface Row {
  member: { user: { id: string } };
}

/**
 * Measures the time from the request of a check until a subscriber has the learner's row of a matrix with 200 learners and
 * 40 steps, and until a socket without Berth has sent the same bytes.
 */
export async function measureMatrix(): Promise<Figure> {
  const ours = await serveMatrix();
  const client = createClient({
    url: `ws://127.0.0.1:${ours.port}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${TOKEN}` },
  });
  const raw = await openRaw();
  try {
    const rows = client.iterate<{ matrixChanged: Row }>({
      query: `subscription ($assignment: ID!) { matrixChanged(assignment: $assignment) {
        member { id user { id name } } progress { passed total score steps { id passed attempts failures passedAt } }
      } }`,
      variables: { assignment: ours.assignment },
    });
    const rounds: Figure[] = [];
    let next = rows.next();
    // The subscription has started when a check arrives.
    const timer = setInterval(() => void ours.check(), 200);
    await next;
    clearInterval(timer);
    await raw.send('x');
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      next = rows.next();
      const from = performance.now();
      const { learner } = await ours.check();
      let row = (await next).value?.data?.matrixChanged;
      // A row of the first checks may still be on its way.
      while (row && row.member.user.id !== learner) row = (await rows.next()).value?.data?.matrixChanged;
      const mine = performance.now() - from;
      const rawFrom = performance.now();
      await raw.send(JSON.stringify(row));
      const theirs = performance.now() - rawFrom;
      if (round >= 0) rounds.push({ ours: mine, raw: theirs, ratio: mine / theirs });
    }
    return medians(rounds);
  } finally {
    await client.dispose();
    await raw.close();
    await ours.close();
  }
}

/** A socket. `send` resolves when its client has the message. */
async function openRaw() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = (await accepted) as [WebSocket];
  await once(client, 'open');
  return {
    async send(message: string): Promise<void> {
      const received = once(client, 'message');
      socket.send(message);
      await received;
    },
    async close(): Promise<void> {
      client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
