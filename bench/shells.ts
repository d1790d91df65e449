import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { TerminalClient } from '../test/kit/terminals/terminal-client.ts';
import type { BenchContext } from './context.ts';
import { openRawShell } from './raw-docker.ts';

/** A shell, through any of the measured ways. */
export interface BenchShell {
  write(bytes: string): void;
  /** Resolves once `count` more bytes have arrived. Call it before the input that causes them. */
  bytes(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Longest wait for output, in milliseconds. */
const LIMIT_MS = 60_000;

/** Ends a shell. ^U clears the line; after ^C the terminal would discard the next input. */
const EXIT = '\x15exit\r';

/** The measured ways to a shell. */
export const ways = ['ours', 'raw', 'bridge'] as const;
export type Way = (typeof ways)[number];

/** Returns the order of the ways in a round. Each way is first equally often. */
export function orderOf(round: number): Way[] {
  const first = round % ways.length;
  return [...ways.slice(first), ...ways.slice(0, first)];
}

/** Opens shells in one container: through the service, through a plain client and through the bridge. */
export async function openShells(
  context: BenchContext,
): Promise<Record<Way, BenchShell> & { close(): Promise<void> }> {
  const session = await context.startSession();
  const container = await context.containerOf(session);
  const bridge = await startBridge();
  const client = TerminalClient.connect(await context.openTerminal(session));
  await client.expect('$ ');
  const shells = {
    ours: oursShell(client),
    raw: rawShell(await openRawShell(container)),
    bridge: await bridgeShell(`${bridge.url}/${container.id}`),
  };
  // Waits until all prompts are complete.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    ...shells,
    async close() {
      await Promise.all(ways.map((way) => shells[way].close()));
      await bridge.stop();
    },
  };
}

async function startBridge(): Promise<{ url: string; stop: () => Promise<void> }> {
  const file = fileURLToPath(new URL('bridge-server.ts', import.meta.url));
  const child = fork(file, [process.env['DOCKER_HOST'] ?? '']);
  const exited = once(child, 'exit');
  const [{ port }] = (await Promise.race([
    once(child, 'message'),
    exited.then(() => Promise.reject(new Error('The bridge did not start.'))),
  ])) as [{ port: number }];
  return {
    url: `ws://127.0.0.1:${port}`,
    async stop() {
      child.disconnect();
      await exited;
    },
  };
}

async function bridgeShell(url: string): Promise<BenchShell> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const counter = createCounter();
  socket.on('message', (bytes: Buffer) => counter.add(bytes.length));
  const prompted = counter.more(1);
  await once(socket, 'open');
  await prompted;
  return {
    write: (bytes) => socket.send(Buffer.from(bytes)),
    bytes: counter.more,
    async close() {
      socket.send(Buffer.from(EXIT));
      await once(socket, 'close');
    },
  };
}

/** Returns a shell for a terminal of the service that shows its prompt. */
export function oursShell(client: TerminalClient): BenchShell {
  const counter = createCounter();
  client.socket.on('message', (frame: Buffer) => {
    if (frame[0] === 0) counter.add(frame.length - 1);
  });
  return { write: (bytes) => client.send(bytes), bytes: counter.more, close: () => client.close() };
}

/** Returns a shell for a plain client's stream. */
export function rawShell(stream: Duplex): BenchShell {
  const counter = createCounter();
  stream.on('data', (chunk: Buffer) => counter.add(chunk.length));
  return {
    write: (bytes) => void stream.write(bytes),
    bytes: counter.more,
    async close() {
      stream.write(EXIT);
      await new Promise((resolve) => stream.once('close', resolve));
    },
  };
}

function createCounter() {
  let total = 0;
  let waiting: { until: number; resolve: () => void } | undefined;
  return {
    add(bytes: number): void {
      total += bytes;
      if (!waiting || total < waiting.until) return;
      waiting.resolve();
      waiting = undefined;
    },
    more(count: number): Promise<void> {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('The expected output did not arrive.')), LIMIT_MS);
        waiting = { until: total + count, resolve: () => (clearTimeout(timer), resolve()) };
      });
    },
  };
}
