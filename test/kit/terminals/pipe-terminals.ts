import { Duplex, PassThrough } from 'node:stream';
import websocket from '@fastify/websocket';
import { fastify } from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Test } from 'tap';
import { containedBy } from '../../../src/core/containment.ts';
import type { Budgets } from '../../../src/core/budgets.ts';
import type { TerminalEnd } from '../../../src/engine/engine-terminals.ts';
import { newId } from '../../../src/core/ids.ts';
import { attachViewer } from '../../../src/domains/terminals/attach-viewer.ts';
import { createLiveTerminal } from '../../../src/domains/terminals/live-terminal.ts';
import type { LiveTerminal } from '../../../src/domains/terminals/live-terminal.ts';
import { createOutputBudgets } from '../../../src/domains/terminals/pacing.ts';
import type { AttachedTerminal, AttachRequest, ViewerRole } from '../../../src/domains/terminals/terminal.ts';
import { registerTerminalSocket } from '../../../src/api/ws/terminal-socket.ts';
import { websocketOptions } from '../../../src/api/ws/websocket-options.ts';
import { quietLog } from '../basics/quiet-log.ts';
import { TerminalClient } from './terminal-client.ts';

export type PipeServer = Awaited<ReturnType<typeof servePipeTerminals>>;

/**
 * Serves the terminal socket without an engine. The test controls the simulated shell: it prints, stalls and ends
 * exactly when the test says.
 */
export async function servePipeTerminals(
  t: Test,
  options: {
    attach?: (id: string, request: AttachRequest, pipe: Pipe) => Promise<AttachedTerminal>;
    publicUrl?: string;
    allowedOrigins?: string[];
    heartbeatMs?: number;
    frames?: Budgets;
    onRequest?: (request: FastifyRequest, reply: FastifyReply) => void;
  } = {},
) {
  const pipe = createPipe();
  const app = fastify();
  app.addHook('onRequest', async (request, reply) => options.onRequest?.(request, reply));
  await app.register(websocket, websocketOptions);
  registerTerminalSocket(app, {
    contained: containedBy(app.log),
    publicUrl: options.publicUrl,
    allowedOrigins: options.allowedOrigins ?? [],
    ...(options.heartbeatMs !== undefined && { heartbeatMs: options.heartbeatMs }),
    ...(options.frames && { frames: options.frames }),
    terminals: {
      attach: (id, request) => options.attach?.(id, request, pipe) ?? pipe.attach(request),
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

/** A simulated shell: `toClient` is its output, `fromClient` its input. */
function createPipe() {
  const toClient = new PassThrough();
  const fromClient = new PassThrough();
  const over = later<TerminalEnd>();
  const stream = Duplex.from({ readable: toClient, writable: fromClient });
  const pipe = {
    toClient,
    fromClient,
    stream,
    exit: (exitCode: number | undefined) => over.resolve({ exitCode }),
    /** Another process of the service adopts the shell. */
    takeAway: () => over.resolve('cut'),
    sizes: [] as { rows: unknown; cols: unknown }[],
    detached: 0,
    touched: 0,
    live: undefined as unknown as LiveTerminal,
    /** Attaches another viewer with the options of the socket. */
    async attach(
      request: Partial<AttachRequest> = {},
      { role = 'owner', name = 'Ada' }: { role?: ViewerRole; name?: string } = {},
    ): Promise<AttachedTerminal> {
      const attached = await attachViewer({
        terminalId: 't1',
        learnerId: 'u1',
        live: pipe.live,
        viewer: { id: request.client?.id ?? newId(), userId: name, name, role },
        request: { from: request.from, client: request.client },
        snapshots: { take: async (_, output) => Buffer.from(`drawn ${output.length}`) },
        mayStay: async () => true,
        log: quietLog(),
      });
      return {
        ...attached,
        detach(taken) {
          pipe.detached++;
          attached.detach(taken);
        },
      };
    },
  };
  pipe.live = createLiveTerminal({
    engineTerminal: {
      stream,
      offset: 0,
      durable: true,
      shell: '1:0:1',
      over: over.promise,
      resize: async (rows, cols) => void pipe.sizes.push({ rows, cols }),
      end: async () => undefined,
    },
    size: { rows: 24, cols: 80 },
    learnerId: 'u1',
    budgets: createOutputBudgets(),
    reconnect: async () => 'other-process',
    onActivity: () => pipe.touched++,
    onResize: () => undefined,
  });
  return pipe;
}

/** A promise that the test resolves later. */
export function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  const parts = {} as { promise: Promise<T>; resolve: (value: T) => void };
  parts.promise = new Promise<T>((resolve) => (parts.resolve = resolve));
  return parts;
}
