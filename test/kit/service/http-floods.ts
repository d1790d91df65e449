import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Address of the hostile client: limits for one client must not affect those at 127.0.0.1. */
const FROM = '127.0.0.2';
/** Connections of each flood at the same time. */
const AT_ONCE = 20;
/** Time between two bytes of a slow body, in milliseconds. */
const SLOW_MS = 1_000;
/** Pause after a refusal, in milliseconds: the flood itself must not take the processors that the service needs. */
const PAUSE_MS = 20;
const PINGS = 200;

/** What a client can do to the service over HTTP, until `end`. Each returns how often the service took part. */
export const httpFloods: Record<string, (target: FloodTarget) => Promise<number>> = {
  'slow bodies': ({ url, end }) =>
    everyConnection(end, async (seen) => {
      const socket = connectTo(url, seen);
      socket.write(head('POST', '/graphql', ['Content-Type: application/json', 'Content-Length: 1000']));
      while (Date.now() < end && !socket.destroyed) {
        socket.write(' ');
        await sleep(SLOW_MS);
      }
      socket.destroy();
    }),

  'silent connections': ({ url, end }) =>
    everyConnection(end, async (seen) => {
      const socket = connectTo(url, seen);
      await Promise.race([
        once(socket, 'close').catch(() => undefined),
        sleep(Math.max(0, end - Date.now())),
      ]);
      socket.destroy();
    }),

  'unique queries': ({ url, token, end }) =>
    everyConnection(end, async (seen, number) => {
      const fields = Array.from({ length: 50 }, (_, field) => `f${number}x${field}: __typename`).join(' ');
      await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: `{ ${fields} }` }),
        signal: AbortSignal.timeout(Math.max(1, end - Date.now())),
      })
        .then((answer) => answer.text())
        .then(seen)
        .catch(() => undefined);
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

function connectTo(url: string, onConnected: () => void) {
  const { port } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: FROM }, onConnected);
  socket.on('error', () => undefined);
  // Reads what the service answers, so that a refusal ends the connection.
  socket.resume();
  return socket;
}

function head(method: string, path: string, lines: readonly string[]): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...lines, '', ''].join('\r\n');
}
