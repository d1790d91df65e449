import type { Duplex } from 'node:stream';
import { TerminalClient } from '../test/support/terminal-client.ts';
import type { BenchContext } from './context.ts';
import { openRawShell } from './raw-docker.ts';

/** One shell, however it is reached. */
export interface BenchShell {
  write(bytes: string): void;
  /** Resolves once `count` more bytes have come. Call it before what makes them come. */
  bytes(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Longest wait for output, in milliseconds. */
const LIMIT_MS = 60_000;

/** Two shells in one container: through the whole service, and through the plain client. */
export async function openShellPair(context: BenchContext): Promise<{ ours: BenchShell; raw: BenchShell }> {
  const session = await context.startSession();
  const client = TerminalClient.connect(await context.openTerminal(session));
  await client.expect('$ ');
  const stream = await openRawShell(await context.containerOf(session));
  const pair = { ours: oursShell(client), raw: rawShell(stream) };
  // Both are quiet when their prompts are drawn and nothing more comes.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return pair;
}

function oursShell(client: TerminalClient): BenchShell {
  const counter = createCounter();
  client.socket.on('message', (frame: Buffer) => {
    if (frame[0] === 0) counter.add(frame.length - 1);
  });
  return { write: (bytes) => client.send(bytes), bytes: counter.more, close: () => client.close() };
}

function rawShell(stream: Duplex): BenchShell {
  const counter = createCounter();
  stream.on('data', (chunk: Buffer) => counter.add(chunk.length));
  return {
    write: (bytes) => void stream.write(bytes),
    bytes: counter.more,
    async close() {
      // ^U clears the line; ^C would have the terminal throw away what is typed after it.
      stream.write('\x15exit\r');
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
        const timer = setTimeout(() => reject(new Error('The output did not come.')), LIMIT_MS);
        waiting = { until: total + count, resolve: () => (clearTimeout(timer), resolve()) };
      });
    },
  };
}
