import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Address of the hostile client: limits for one client must not affect those at 127.0.0.1. */
const FROM = '127.0.0.2';
/** Connections of each flood at the same time. */
const AT_ONCE = 20;
/** Time between two bytes of a slow body, in milliseconds. */
const SLOW_MS = 1_000;
/** Length of a slow body: more than it sends until the service refuses it. */
const BODY_BYTES = 1_000;
/** Longest wait for an answer after the flood, in milliseconds. */
const ANSWER_MS = 60_000;
/** Pause after a refusal, in milliseconds: the flood itself must not take the processors that the service needs. */
const PAUSE_MS = 20;
/** Fields of a query: fewer than the service refuses. */
const FIELDS = 20;
const PINGS = 200;

/**
 * What a client can do to the service over HTTP, until `end`. Each returns how often the service answered. That a
 * connection was accepted says nothing: the operating system does that also for a service that hangs.
 */
export const httpFloods: Record<string, (target: FloodTarget) => Promise<number>> = {
  'slow bodies': ({ url, end }) =>
    everyConnection(end, async (seen) => {
      const { socket, answer } = connectTo(url);
      const headers = ['Content-Type: application/json', `Content-Length: ${BODY_BYTES}`];
      socket.write(head('POST', '/graphql', headers));
      let sent = 0;
      for (; Date.now() < end && !socket.destroyed; sent++) {
        socket.write(' ');
        await sleep(SLOW_MS);
      }
      socket.write(' '.repeat(Math.max(0, BODY_BYTES - sent)));
      if (await answer()) seen();
      socket.destroy();
    }),

  'silent connections': ({ url, end }) =>
    everyConnection(end, async (seen) => {
      const { socket, answer } = connectTo(url);
      await Promise.race([
        once(socket, 'close').catch(() => undefined),
        sleep(Math.max(0, end - Date.now())),
      ]);
      socket.write(head('GET', '/healthz', ['Connection: close']));
      if (await answer()) seen();
      socket.destroy();
    }),

  'unique queries': ({ url, token, end }) =>
    everyConnection(end, async (seen, number) => {
      const fields = Array.from({ length: FIELDS }, (_, field) => `f${number}x${field}: __typename`).join(
        ' ',
      );
      const status = await post(`${url}/graphql`, token, { query: `{ ${fields} }` }, end).catch(() => 0);
      if (status === 200) seen();
      await sleep(PAUSE_MS);
    }),

  pings: ({ url, token, end }) =>
    everyConnection(end, async (seen) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        localAddress: FROM,
      });
      socket.on('error', () => undefined).on('pong', seen);
      await once(socket, 'open').catch(() => undefined);
      if (socket.readyState === WebSocket.OPEN)
        socket.send(JSON.stringify({ type: 'connection_init', payload: { token } }));
      while (Date.now() < end && socket.readyState === WebSocket.OPEN) {
        for (let ping = 0; ping < PINGS && socket.bufferedAmount < 1024 ** 2; ping++) socket.ping('x');
        await sleep(PAUSE_MS);
      }
      socket.terminate();
    }),
};

interface FloodTarget {
  url: string;
  /** Token of the hostile learner. */
  token: string;
  /** Time of the end, in milliseconds. */
  end: number;
}

/** Repeats the attack on some connections at once. Returns how often it called `seen`. */
async function everyConnection(
  end: number,
  attack: (seen: () => void, number: number) => Promise<void>,
): Promise<number> {
  let attacks = 0;
  let count = 0;
  async function repeat(): Promise<void> {
    while (Date.now() < end) {
      await attack(() => (count += 1), ++attacks);
      await sleep(PAUSE_MS);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, repeat));
  return count;
}

/** Sends JSON from the hostile client's address. Resolves to the status of the response. */
async function post(url: string, token: string, body: object, end: number): Promise<number> {
  const sending = request(url, {
    method: 'POST',
    localAddress: FROM,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(Math.max(1, end - Date.now())),
  }).end(JSON.stringify(body));
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  await text(answer);
  return answer.statusCode ?? 0;
}

/** Opens a connection. `answer` resolves to whether the service sends anything on it. */
function connectTo(url: string) {
  const { port } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: FROM });
  socket.on('error', () => undefined);
  const answered = new Promise<boolean>((resolve) => {
    socket.once('data', () => resolve(true)).once('close', () => resolve(false));
  });
  // Reads what the service answers, so that a refusal ends the connection.
  socket.resume();
  return { socket, answer: () => Promise.race([answered, sleep(ANSWER_MS, false, { ref: false })]) };
}

function head(method: string, path: string, lines: readonly string[]): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...lines, '', ''].join('\r\n');
}
