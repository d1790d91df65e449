import { Duplex, PassThrough } from 'node:stream';
import websocket from '@fastify/websocket';
import { fastify } from 'fastify';
import type { Test } from 'tap';
import type { AttachedTerminal } from '../../src/terminals/terminal.ts';
import { registerTerminalSocket } from '../../src/ws/terminal-socket.ts';
import { websocketOptions } from '../../src/ws/websocket-options.ts';
import { TerminalClient } from './terminal-client.ts';

export type PipeServer = Awaited<ReturnType<typeof servePipeTerminals>>;

/**
 * Serves the terminal socket without an engine: what would be the shell is in the test's hands, to
 * print, to stand still and to end exactly when the test says.
 */
export async function servePipeTerminals(
  t: Test,
  options: {
    attach?: (id: string, ticket: string, pipe: Pipe) => Promise<AttachedTerminal>;
    publicUrl?: string;
    allowedOrigins?: string[];
    heartbeatMs?: number;
  } = {},
) {
  const pipe = createPipe();
  const app = fastify();
  await app.register(websocket, websocketOptions);
  registerTerminalSocket(app, {
    publicUrl: options.publicUrl,
    allowedOrigins: options.allowedOrigins ?? [],
    ...(options.heartbeatMs !== undefined && { heartbeatMs: options.heartbeatMs }),
    terminals: {
      attach: (id, ticket) => options.attach?.(id, ticket, pipe) ?? Promise.resolve(pipe.terminal),
    },
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(() => app.close());
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `ws://127.0.0.1:${address.port}/ws/terminals/t1`;

  return {
    app,
    url,
    pipe,
    connect: (options?: Parameters<typeof TerminalClient.connect>[1]) =>
      TerminalClient.connect({ url, ticket: 'secret' }, options),
  };
}

export type Pipe = ReturnType<typeof createPipe>;

/** A shell's place: `toClient` is its output, `fromClient` its input. */
function createPipe() {
  const toClient = new PassThrough();
  const fromClient = new PassThrough();
  const exit = later<number | undefined>();
  const pipe = {
    toClient,
    fromClient,
    exit: exit.resolve,
    sizes: [] as { rows: unknown; cols: unknown }[],
    detached: 0,
    touched: 0,
    terminal: undefined as unknown as AttachedTerminal,
  };
  pipe.terminal = {
    terminalId: 't1',
    sessionId: 's1',
    size: { rows: 24, cols: 80 },
    stream: Duplex.from({ readable: toClient, writable: fromClient }),
    exited: exit.promise,
    resize: async ({ rows, cols }) => {
      pipe.sizes.push({ rows, cols });
    },
    touch: () => {
      pipe.touched++;
    },
    detach: async () => {
      pipe.detached++;
    },
  };
  return pipe;
}

/** A promise that the test resolves when it comes to it. */
export function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  const parts = {} as { promise: Promise<T>; resolve: (value: T) => void };
  parts.promise = new Promise<T>((resolve) => (parts.resolve = resolve));
  return parts;
}
