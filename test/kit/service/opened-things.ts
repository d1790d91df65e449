import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { createClient } from 'graphql-ws';
import { pack } from 'tar-stream';
import { WebSocket } from 'ws';
import { TerminalClient } from '../terminals/terminal-client.ts';
import { until } from '../basics/until.ts';

/** Interval between two pieces sent or read, in milliseconds: slow enough to last for the whole test. */
const EVERY_MS = 10;

/** Something that a credential opened and that stays open. */
export interface OpenedThing {
  /** Bytes transferred so far. */
  bytes(): number;
  ended(): boolean;
  /** Ends it in any state. */
  drop(): void;
}

/** Downloads slowly without end. */
export async function openDownload(url: URL | string, headers: Record<string, string>): Promise<OpenedThing> {
  return took(request(url, { headers, agent: false }));
}

/** Uploads an endless tar file slowly. */
export async function openUpload(
  url: string,
  options: { method: string; headers: Record<string, string> },
): Promise<OpenedThing> {
  const head = await startOfTar();
  const asking = request(url, { ...options, agent: false });
  let [bytes, ended] = [0, false];
  asking.write(head);
  const sending = setInterval(() => {
    asking.write(Buffer.alloc(1024), (error) => {
      if (!error && !ended) bytes += 1024;
    });
  }, EVERY_MS);
  const end = () => {
    ended = true;
    clearInterval(sending);
  };
  asking
    .on('error', end)
    .on('close', end)
    .on('response', (answer) => answer.resume().on('end', end));
  await until(() => ended || bytes > 10_240);
  return { bytes: () => bytes, ended: () => ended, drop: () => void asking.destroy() };
}

/** The header of a file larger than the data sent. Without one, zeros would be a complete tar. */
async function startOfTar(): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: 'endless', size: 1024 ** 3 });
  const [head] = (await once(tar, 'data')) as [Buffer];
  tar.on('error', () => undefined).destroy();
  return head;
}

/** Sends a slow request. */
export async function openRequest(
  url: string,
  options: { headers: Record<string, string>; body: string },
): Promise<OpenedThing> {
  const asking = request(url, { method: 'POST', headers: options.headers, agent: false });
  asking.end(options.body);
  return watchRequest(asking);
}

/** Opens the terminal, and makes it print without end. */
export async function openTerminal(opened: { url: string; ticket: string }): Promise<OpenedThing> {
  const client = TerminalClient.connect(opened);
  await client.expect(/\$ $/);
  client.send('while sleep 0.02; do echo on and on; done\n');
  await client.expect('on and on');
  return {
    bytes: () => client.received,
    ended: () => client.closed !== undefined,
    drop: () => client.socket.terminate(),
  };
}

/** Opens a WebSocket, such as one of a preview, which may stay idle. */
export async function openSocket(url: string, headers: Record<string, string>): Promise<OpenedThing> {
  const socket = new WebSocket(url, { headers });
  let [bytes, ended] = [0, false];
  socket.on('message', (data: Buffer) => (bytes += data.length));
  socket.on('error', () => undefined).on('close', () => (ended = true));
  await until(() => ended || socket.readyState === socket.OPEN);
  return { bytes: () => bytes, ended: () => ended, drop: () => socket.terminate() };
}

/** Subscribes over a connection that has already sent data. */
export async function openSubscription(
  url: string,
  options: {
    query: string;
    variables: Record<string, unknown>;
    params: object;
    headers: Record<string, string>;
  },
): Promise<OpenedThing> {
  class Socket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { headers: options.headers });
    }
  }
  let [bytes, ended] = [0, false];
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: Socket,
    connectionParams: { ...options.params },
    retryAttempts: 0,
    on: { closed: () => (ended = true) },
  });
  const end = () => void (ended = true);
  client.subscribe(
    { query: options.query, variables: options.variables },
    { next: (value) => void (bytes += JSON.stringify(value).length), error: end, complete: end },
  );
  await until(() => ended || bytes > 0);
  return { bytes: () => bytes, ended: () => ended, drop: () => client.terminate() };
}

/** An answer that is read slowly. */
async function took(asking: ClientRequest): Promise<OpenedThing> {
  let [bytes, ended] = [0, false];
  const end = () => void (ended = true);
  asking.on('error', end).on('close', end);
  asking.on('response', (answer: IncomingMessage) => {
    answer.on('error', end).on('close', end);
    answer.on('data', (piece: Buffer) => {
      bytes += piece.length;
      answer.pause();
      setTimeout(() => answer.resume(), EVERY_MS);
    });
  });
  asking.end();
  await until(() => ended || bytes > 0);
  return { bytes: () => bytes, ended: () => ended, drop: () => void asking.destroy() };
}

function watchRequest(asking: ClientRequest): OpenedThing {
  let [bytes, ended] = [0, false];
  const end = () => void (ended = true);
  asking.on('error', end).on('close', end);
  asking.on('response', (answer) => answer.on('data', (piece: Buffer) => (bytes += piece.length)));
  return { bytes: () => bytes, ended: () => ended, drop: () => void asking.destroy() };
}
