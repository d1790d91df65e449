import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** Concurrent requests, each on its own connection. */
const CONNECTIONS = 10;

/**
 * Sends the same request repeatedly for `ms` milliseconds. Returns the answered requests per second. It uses plain
 * sockets, so that the load itself costs little.
 */
export async function measureLoad(port: number, request: Buffer, ms: number): Promise<number> {
  const until = performance.now() + ms;
  const start = performance.now();
  const counts = await Promise.all(Array.from({ length: CONNECTIONS }, () => askUntil(port, request, until)));
  const seconds = (performance.now() - start) / 1_000;
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

async function askUntil(port: number, request: Buffer, until: number): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const answers = readAnswers(socket);
  let count = 0;
  while (performance.now() < until) {
    socket.write(request);
    await answers();
    count += 1;
  }
  socket.destroy();
  return count;
}

/** Returns a function that waits for the next complete answer. It rejects if the status is not 200. */
function readAnswers(socket: Socket): () => Promise<void> {
  let left = 0;
  let head = '';
  let done: { resolve: () => void; reject: (error: Error) => void } | undefined;

  socket.on('error', (error) => done?.reject(error));
  socket.on('data', (chunk: Buffer) => {
    if (left > 0) {
      left -= chunk.length;
    } else {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!head.startsWith('HTTP/1.1 200')) done?.reject(new Error(head));
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      left = end + 4 + length - head.length;
      head = '';
    }
    if (left === 0) done?.resolve();
  });

  return () =>
    new Promise((resolve, reject) => {
      done = { resolve, reject };
    });
}

/** Returns the bytes of a GraphQL request. */
export function graphqlRequest(query: string, variables: object | undefined, token: string): Buffer {
  const body = JSON.stringify({ query, variables });
  return Buffer.from(
    [
      'POST /graphql HTTP/1.1',
      'host: 127.0.0.1',
      'content-type: application/json',
      `authorization: Bearer ${token}`,
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
