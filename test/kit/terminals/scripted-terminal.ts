import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Test } from 'tap';

const WINDOW_BYTES = 512 * 1024;
/** Longest output of one frame, in bytes. */
const FRAME_BYTES = 128 * 1024;

export interface Connection {
  /** The requested position in `?from=`. */
  from: number | undefined;
  ticket: string | undefined;
  client: string | null;
  acks: number[];
  sizes: { rows: number; cols: number }[];
}

/** A server of the terminal protocol without a shell. The test controls its output and when it disconnects. */
export async function startScriptedTerminal(
  t: Test,
  options: { kept?: number; role?: string; counts?: boolean } = {},
) {
  const { kept = Infinity, role = 'owner', counts = true } = options;
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    perMessageDeflate: false,
    maxPayload: 65_536,
  });
  await once(server, 'listening');
  let printed = Buffer.alloc(0);
  let input = Buffer.alloc(0);
  let current: WebSocket | undefined;
  let sent = 0;
  let refusing: { code: number; error: { code: string } | undefined } | undefined;
  let silent = false;
  let away = false;
  let tickets = 0;
  const connections: Connection[] = [];

  server.on('connection', (socket, request) => {
    if (silent) return;
    const connection = connectionOf(request);
    connections.push(connection);
    socket.on('message', (frame: Buffer) => {
      if (frame[0] === 0) take(socket, frame.subarray(1));
      else record(connection, JSON.parse(frame.subarray(1).toString()));
    });
    if (refusing) {
      const { code, error } = refusing;
      refusing = undefined;
      if (error) tell(socket, { type: 'error', message: '', details: {}, ...error });
      socket.close(code, error?.code);
      return;
    }
    current = socket;
    greet(socket, connection.from);
    flow();
  });

  function greet(socket: WebSocket, from: number | undefined): void {
    const first = Math.max(0, printed.length - kept);
    const there = from === undefined ? first === 0 : from >= first;
    const snapshot = !there;
    sent = there ? (from ?? 0) : printed.length;
    const place = { offset: sent, live: printed.length, snapshot };
    tell(socket, {
      type: 'hello',
      terminal: 'one',
      role,
      window: WINDOW_BYTES,
      rows: 24,
      cols: 80,
      durable: true,
      ...place,
      ...(counts && { typed: input.length }),
    });
    if (snapshot) {
      // In two frames, so that a cut can come between them.
      socket.send(Buffer.concat([Buffer.of(2), Buffer.from(`as of `)]));
      socket.send(Buffer.concat([Buffer.of(2), Buffer.from(`${sent};`)]));
    }
  }

  function take(socket: WebSocket, bytes: Buffer): void {
    // Data over a cut connection is lost.
    if (socket !== current) return;
    input = Buffer.concat([input, bytes]);
    if (counts) tell(socket, { type: 'typed', offset: input.length });
  }

  function record(
    connection: Connection,
    control: { type: string; offset: number; rows: number; cols: number },
  ): void {
    if (control.type === 'ack') connection.acks.push(control.offset);
    else connection.sizes.push({ rows: control.rows, cols: control.cols });
    flow();
  }

  /** Sends as much as the client's window allows. */
  function flow(): void {
    if (!current) return;
    const taken = connections.at(-1)?.acks.at(-1) ?? sent;
    while (sent < printed.length && sent - taken < WINDOW_BYTES) {
      const bytes = printed.subarray(sent, sent + FRAME_BYTES);
      current.send(Buffer.concat([Buffer.of(0), bytes]));
      sent += bytes.length;
    }
  }

  t.teardown(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  const { port } = server.address() as AddressInfo;

  return {
    connections,
    /** All output so far. */
    get printed(): Buffer {
      return printed;
    },
    /** All input that arrived here. */
    get input(): string {
      return input.toString();
    },
    /** Simulates the response of `attachTerminal`. */
    admit() {
      if (away) throw new TypeError('Failed to fetch');
      tickets += 1;
      return { terminal: 'one', url: `ws://127.0.0.1:${port}/ws/terminals/one`, ticket: `ticket${tickets}` };
    },
    print(bytes: Uint8Array | string): void {
      printed = Buffer.concat([printed, Buffer.from(bytes as Uint8Array)]);
      flow();
    },
    /** Sends a control frame with this text, valid or not. */
    controlText: (text: string) => current?.send(Buffer.concat([Buffer.of(1), Buffer.from(text)])),
    control: (control: object) => current && tell(current, control),
    /** Breaks the connection without a close frame. Data in transit is lost. */
    cut(): void {
      current?.terminate();
      current = undefined;
    },
    close(code: number, error?: { code: string }): void {
      if (current && error) tell(current, { type: 'error', message: '', details: {}, ...error });
      current?.close(code, error?.code);
      current = undefined;
    },
    /** Breaks the connection, and rejects new ones until it returns. */
    leave(): void {
      away = true;
      this.cut();
    },
    reconnect(): void {
      away = false;
    },
    /** Accepts the next connection only to close it. */
    refuseNext(code: number, error?: { code: string }): void {
      refusing = { code, error };
    },
    /** Sends nothing to new connections. */
    beSilent(is: boolean): void {
      silent = is;
    },
  };
}

export type ScriptedTerminal = Awaited<ReturnType<typeof startScriptedTerminal>>;

function connectionOf(request: IncomingMessage): Connection {
  const asked = new URL(request.url ?? '', 'ws://localhost').searchParams;
  const from = asked.get('from');
  const ticket = /berth\.ticket\.(\w+)/.exec(request.headers['sec-websocket-protocol'] ?? '')?.[1];
  const client = asked.get('client');
  return { from: from === null ? undefined : Number(from), ticket, client, acks: [], sizes: [] };
}

function tell(socket: WebSocket, control: object): void {
  socket.send(Buffer.concat([Buffer.of(1), Buffer.from(JSON.stringify(control))]));
}
